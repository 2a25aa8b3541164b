"""Tags of images: names that are allowed, versions and the family of names each moves, patterns that keep."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from typing import NamedTuple

LIMIT = 128
"""Characters of a tag, from the OCI distribution specification."""

_TAG = re.compile(rf"[A-Za-z0-9_][A-Za-z0-9_.-]{{0,{LIMIT - 1}}}")
_NUMBER = r"(?:0|[1-9][0-9]*)"
_VERSION = re.compile(rf"({_NUMBER})\.({_NUMBER})\.({_NUMBER})(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?")
_FOREIGN = re.compile(r"[^A-Za-z0-9_.-]+")
_HASH = 8
_LIKE_HASHED = re.compile(rf".*-[0-9a-f]{{{_HASH}}}")


class Version(NamedTuple):
    """A semantic version without build metadata, for which tags have no letter (https://semver.org)."""

    major: int
    minor: int
    patch: int
    pre_release: str = ""

    @classmethod
    def parse(cls, text: str) -> Version:
        """Reads `1.2.3` or `1.2.3-rc.1`.

        Raises:
            ValueError: It is something else, or longer than a tag may be.
        """
        found = _VERSION.fullmatch(text)
        if not found or len(text) > LIMIT or any(_padded(part) for part in (found[4] or "").split(".")):
            raise ValueError("not a semantic version")
        return cls(int(found[1]), int(found[2]), int(found[3]), found[4] or "")

    def __str__(self) -> str:
        suffix = f"-{self.pre_release}" if self.pre_release else ""
        return f"{self.major}.{self.minor}.{self.patch}{suffix}"


def is_tag(text: str) -> bool:
    """Whether registries take the text as a tag."""
    return bool(_TAG.fullmatch(text))


def family(version: Version, existing: Iterable[str] = ()) -> tuple[str, ...]:
    """The tags of a version: itself, and those of `1.2`, `1` and `latest` that it is the highest of.

    A pre-release moves nothing, and neither does the mending of an older line where a newer one exists. There is no
    `0`: versions below 1.0.0 promise each other nothing.

    Args:
        version: The version.
        existing: The tags that the repository has; those that are no versions count for nothing.
    """
    if version.pre_release:
        return (str(version),)
    others = [other for other in map(_release, existing) if other]
    lines = {
        f"{version.major}.{version.minor}": [other for other in others if other[:2] == version[:2]],
        f"{version.major}": [other for other in others if other.major == version.major],
        "latest": others,
    }
    moved = (name for name, line in lines.items() if name != "0" and max([version, *line]) == version)
    return (str(version), *moved)


def branch_word(branch: str, room: int = LIMIT) -> str:
    """A branch's name as a tag, or the beginning of one; different branches get different words.

    What tags do not allow becomes `-`. A name that had to be changed or shortened ends in a hash of the whole name, and
    so does one that looks as if it did.

    Args:
        branch: The name, as git has it.
        room: The most characters.
    """
    word = _FOREIGN.sub("-", branch).lstrip(".-")
    if word == branch and len(word) <= room and not _LIKE_HASHED.fullmatch(word):
        return word
    hashed = hashlib.sha256(branch.encode("utf-8", "surrogateescape")).hexdigest()[:_HASH]
    kept = word[: room - _HASH - 1].rstrip(".-")
    return f"{kept}-{hashed}" if kept else hashed


def matches(pattern: str, tag: str) -> bool:
    """Whether a tag is one that a pattern names: a tag itself, or `/a regular expression/` found anywhere in it."""
    return bool(re.search(pattern[1:-1], tag)) if is_expression(pattern) else pattern == tag


def is_expression(pattern: str) -> bool:
    """Whether a pattern is written between slashes."""
    return len(pattern) > 1 and pattern.startswith("/") and pattern.endswith("/")


def _padded(identifier: str) -> bool:
    return identifier.isdecimal() and len(identifier) > 1 and identifier.startswith("0")


def _release(tag: str) -> Version | None:
    try:
        version = Version.parse(tag)
    except ValueError:
        return None
    return None if version.pre_release else version
