"""What a build is given: how much that is, and what of it has no business in an image."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from components.spec import defaults
from policies.values.dockerignore import Ignored

UNWANTED = (
    (r"\.(?:git|hg|svn)", "the whole history, with what was removed from it"),
    (r"\.?venv|node_modules", "packages of this machine, which the build installs itself"),
    (r"__pycache__|\.(?:mypy|pytest|ruff)_cache|\.tox|\.DS_Store", "what tools left behind"),
    (
        r"\.(?:env|netrc|npmrc|pypirc|pgpass|htpasswd)|\.env\.(?!example|sample|template).+",
        "settings that hold secrets",
    ),
    (r"\.(?:aws|ssh|gnupg|docker|kube|pulumi)|\.state", "a tool's folder that holds secrets"),
    (r"id_(?:rsa|dsa|ecdsa|ed25519).*(?<!\.pub)|.+\.(?:key|p12|pfx|jks|keystore)", "a private key"),
    (r"credentials(?:\.json)?|service[-_]account.*\.json|.+\.tfstate(?:\.backup)?", "credentials"),
)
"""Names that have no business in a build, as expressions, each with what they are."""

_UNWANTED = tuple((re.compile(expression), what) for expression, what in UNWANTED)

LARGEST = 3
"""How many of the largest entries are named."""


@dataclass(frozen=True)
class Context:
    """What a build is given.

    Attributes:
        size: all of it, in bytes.
        largest: the largest files and folders at its top, with their sizes in bytes, the largest first.
        unwanted: paths that have no business in it, each with what it is.
    """

    size: int
    largest: tuple[tuple[str, int], ...]
    unwanted: tuple[tuple[str, str], ...]

    @property
    def warnings(self) -> tuple[str, ...]:
        """What should be known of it, in sentences."""
        found = [f"{path} would be given to the build: {what}" for path, what in self.unwanted]
        if self.size > defaults.LARGE_CONTEXT:
            largest = ", ".join(f"{path} {megabytes(size)}" for path, size in self.largest)
            found.append(f"the build is given {megabytes(self.size)}, most of it in {largest}")
        return tuple(found)


def build_context(folder: Path, dockerfile: str) -> Context:
    """Looks at what a build of a folder is given, by its `.dockerignore`; nothing, if there is no such folder."""
    ignored = ignore_file(folder, dockerfile)
    rules = Ignored.read(ignored.read_text(encoding="utf-8", errors="replace")) if ignored else Ignored()
    sizes: dict[str, int] = {}
    unwanted: dict[str, str] = {}
    for path, size in _files(folder, rules):
        top = path.partition("/")[0]
        sizes[top] = sizes.get(top, 0) + size
        if found := _unwanted(path):
            unwanted.setdefault(*found)
    largest = sorted(sizes.items(), key=lambda entry: (-entry[1], entry[0]))[:LARGEST]
    return Context(sum(sizes.values()), tuple(largest), tuple(sorted(unwanted.items())))


def ignore_file(folder: Path, dockerfile: str) -> Path | None:
    """The file of patterns that a build reads: the Dockerfile's own, else the folder's; None if there is none."""
    own = folder / f"{dockerfile}.dockerignore"
    return next((file for file in (own, folder / ".dockerignore") if file.is_file()), None)


def megabytes(size: int) -> str:
    """A size for people."""
    return f"{size / 1e6:.1f} MB"


def _files(folder: Path, rules: Ignored) -> Iterator[tuple[str, int]]:
    """The files that enter, as paths below the folder, with their sizes."""
    for parent, folders, files in os.walk(folder):
        relative = Path(parent).relative_to(folder)
        below = "" if relative == Path() else f"{relative.as_posix()}/"
        folders[:] = sorted(name for name in folders if not rules.keeps_all_out(f"{below}{name}"))
        for name in files:
            if not rules.keeps_out(f"{below}{name}"):
                yield f"{below}{name}", (Path(parent) / name).lstat().st_size


def _unwanted(path: str) -> tuple[str, str] | None:
    """The part of a path that has no business in a build, and what it is."""
    parts = path.split("/")
    for index, part in enumerate(parts):
        for expression, what in _UNWANTED:
            if expression.fullmatch(part):
                return "/".join(parts[: index + 1]), what
    return None
