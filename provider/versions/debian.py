"""Versions of Debian packages.

https://www.debian.org/doc/debian-policy/ch-controlfields.html#version
"""

import re

_VERSION = re.compile(r"(?:(?P<epoch>[0-9]+):)?(?P<upstream>[A-Za-z0-9.+:~-]+?)(?:-(?P<revision>[A-Za-z0-9.+~]+))?")
_PARTS = re.compile(r"([^0-9]*)([0-9]*)")

Key = tuple[tuple[tuple[int, ...], int], ...]
"""A version's part as text and number in turns, so that tuples compare as `dpkg` does."""

_END = 1
"""What the end of a text counts: more than `~`, less than any character."""


def debian(text: str) -> tuple[int, Key, Key]:
    """The sorting key of a version: epoch, upstream version, revision.

    Raises:
        ValueError: it is none.
    """
    found = _VERSION.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no version of a Debian package")
    return int(found["epoch"] or 0), _key(found["upstream"]), _key(found["revision"] or "0")


def _key(text: str) -> Key:
    """Text and number in turns, and an end; a part that is missing counts as an empty text and zero."""
    return (*(((*map(_weight, word), _END), int(number or 0)) for word, number in _turns(text)), ((_END,), 0))


def _turns(text: str) -> list[tuple[str, str]]:
    return [(word, number) for word, number in _PARTS.findall(text) if word or number]


def _weight(letter: str) -> int:
    """`~` before the end, letters after it, everything else after the letters."""
    if letter == "~":
        return 0
    return ord(letter) + (1 if letter.isalpha() else 256)
