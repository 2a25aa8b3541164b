"""The digests that somebody runs or may go back to, as far as that can be known from here."""

from __future__ import annotations

import json
import re
from pathlib import Path

from cli.failures import CommandError
from cli.git import git
from cli.plain import mapping, sequence, text
from cli.workspace import Workspace
from components.spec.problem import SpecError
from components.spec.promotion import FOLDER, parse_promotions, promotion_file, read_promotions
from toolchain import claims
from toolchain.checkpoint import Checkpoint

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")

REVISIONS = 500
"""How many changes of a record are gone through, at most."""


def used(workspace: Workspace, rollbacks: int) -> dict[str, str]:
    """Every digest that must stay, with the reason.

    Args:
        workspace: The checkout, and the backend that it uses.
        rollbacks: How many earlier promotions of each image stay.

    Raises:
        ToolchainError: A state cannot be read.
        CommandError: Something that may name images cannot be looked at; nothing may be removed then.
    """
    found: dict[str, str] = {}
    for reason, digests in (
        *_in_states(workspace),
        *_in_claims(workspace),
        *_in_promotions(workspace.checkout, rollbacks),
    ):
        for digest in digests:
            found.setdefault(digest, reason)
    return found


def _in_states(workspace: Workspace) -> list[tuple[str, list[str]]]:
    """The stacks of the project in the checkout's backend."""
    engine = workspace.engine
    if checkpoint := engine.checkpoint:
        states = {each.stack: json.dumps(each.load()) for each in (checkpoint, *checkpoint.siblings())}
    else:
        listed = sequence(json.loads(engine.ask(["stack", "ls", "--json"])))
        names = [text(mapping(each).get("name")) for each in listed]
        states = {name: engine.ask(["stack", "export", "--stack", name]) for name in names}
    return [(f"stack {name} runs it", _DIGEST.findall(state)) for name, state in states.items()]


def _in_claims(workspace: Workspace) -> list[tuple[str, list[str]]]:
    """The stacks of other checkouts of this machine."""
    found: list[tuple[str, list[str]]] = []
    for claim in claims.written(workspace.home):
        told = f"stack {claim.stack} of {claim.checkout}"
        if not claim.state:
            raise CommandError(
                f"nobody can tell from here what {told} runs: its state is kept elsewhere\n"
                "  mend: remove that checkout if nobody uses it; nothing was removed from the registry"
            )
        state = Checkpoint(Path(claim.state), claim.project, claim.stack).load()
        found.append((f"{told} runs it", _DIGEST.findall(json.dumps(state))))
    return found


def _in_promotions(checkout: Path, rollbacks: int) -> list[tuple[str, list[str]]]:
    """What every record allows now, and what its images were before."""
    found: list[tuple[str, list[str]]] = []
    for file in sorted((checkout / FOLDER).glob("*.yaml")):
        stack = file.stem
        try:
            now = read_promotions(promotion_file(checkout, stack))
        except SpecError as error:
            raise CommandError(f"{error}\nNothing was removed from the registry.") from error
        found.append((f"promoted to {stack}", list(now.values())))
        found.append((f"a promotion of {stack} can go back to it", _earlier(file, rollbacks)))
    return found


def _earlier(file: Path, rollbacks: int) -> list[str]:
    """The digests that the record's images had before those that they have, the last ones."""
    kept: dict[tuple[str, str], list[str]] = {}
    for text_then in _revisions(file) if rollbacks else ():
        try:
            promotions = parse_promotions(text_then, file.name)
        except SpecError:  # a mistake that was mended since
            continue
        for image, digest in promotions.items():
            known = kept.setdefault(image, [])
            if digest not in known and len(known) <= rollbacks:
                known.append(digest)
    return [digest for digests in kept.values() for digest in digests]


def _revisions(file: Path) -> list[str]:
    """The record as each commit left it, the last first.

    Raises:
        CommandError: The clone has no history that could be looked at.
    """
    if git(file.parent, "rev-parse", "--is-inside-work-tree") is None:
        return []
    if (git(file.parent, "rev-parse", "--is-shallow-repository") or "").strip() == "true":
        raise CommandError(
            f"{FOLDER}/{file.name}: this clone is shallow, so that earlier promotions are not known\n"
            "  mend: `git fetch --unshallow`, or set `registry.retention.rollbacks: 0`; "
            "nothing was removed from the registry"
        )
    commits = git(file.parent, "log", f"--max-count={REVISIONS}", "--format=%H", "--", file.name) or ""
    return [git(file.parent, "show", f"{commit}:./{file.name}") or "" for commit in commits.split()]
