"""Empties the checkout of everything that was made in it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from cli.failures import CommandError
from toolchain.checkpoint import Checkpoint
from toolchain.engine import PROJECT

# What is made in the checkout, and can be made again; the same as in .gitignore.
MADE = (
    ".rendered",
    ".state",
    ".venv",
    ".coverage",
    ".hypothesis",
    ".import_linter_cache",
    ".pytest_cache",
    ".ruff_cache",
    "dist",
)
MADE_ANYWHERE = ("__pycache__", "*.egg-info")


def deployed(checkout: Path) -> dict[str, int]:
    """Stacks whose state in this checkout holds resources, and how many."""
    stacks = {found.stack: found for found in Checkpoint(checkout / ".state", PROJECT, "").siblings()}
    counts = {name: len(checkpoint.resources()) for name, checkpoint in stacks.items() if checkpoint.file()}
    return {name: count for name, count in counts.items() if count}


def made(checkout: Path) -> list[Path]:
    """What would be removed."""
    found = [checkout / name for name in MADE if (checkout / name).exists()]
    return [*found, *_anywhere(checkout)]


def _anywhere(checkout: Path) -> Iterator[Path]:
    for pattern in MADE_ANYWHERE:
        for path in checkout.rglob(pattern):
            if not any(part in MADE or part == ".git" for part in path.relative_to(checkout).parts):
                yield path


def clean(checkout: Path, force: bool) -> list[Path]:
    """Remove it, and return what was removed.

    Raises:
        CommandError: a stack's resources are known only to the state that would be removed.
    """
    stacks = {} if force else deployed(checkout)
    if stacks:
        told = "\n".join(f"  stack {name}: {count} resources" for name, count in stacks.items())
        mend = " && ".join(f"slipway destroy -s {name}" for name in stacks)
        raise CommandError(
            f"the state in .state is all that knows of what is deployed:\n{told}\n"
            f"  mend: run `{mend}` first, or say --force to forget them"
        )
    found = made(checkout)
    for path in found:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
    return found
