"""Semantic versions, as npm, crates.io and Go have them.

https://semver.org/#spec-item-11
"""

import re

_VERSION = re.compile(r"v?(?P<numbers>[0-9]+(?:\.[0-9]+){0,2})(?:-(?P<before>[0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?")

Identifier = tuple[int, int, str]
"""A part of what stands behind the `-`: numbers come before words."""


def semver(text: str) -> tuple[tuple[int, ...], int, tuple[Identifier, ...]]:
    """The sorting key of a version; build metadata does not count, and OSV's `0` is the oldest of all.

    Raises:
        ValueError: it is none.
    """
    found = _VERSION.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no semantic version")
    numbers = tuple(int(part) for part in found["numbers"].split("."))
    numbers += (0,) * (3 - len(numbers))
    before = found["before"]
    if before is None:
        return numbers, 1, ()
    return numbers, 0, tuple(_identifier(part) for part in before.split("."))


def _identifier(part: str) -> Identifier:
    return (0, int(part), "") if part.isdigit() else (1, 0, part)
