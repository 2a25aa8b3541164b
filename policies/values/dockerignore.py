"""The grammar of `.dockerignore`: which paths of a folder stay out of a build.

Read as BuildKit reads it: a pattern holds for a path and for everything below it, the last one that holds decides, and
`!` takes back in. `*` and `?` stay inside a part of a path, `**` does not.
https://docs.docker.com/build/concepts/context/#dockerignore-files
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from posixpath import normpath


@dataclass(frozen=True)
class _Pattern:
    takes_back: bool
    parts: tuple[re.Pattern[str] | None, ...]
    """One expression for each part of a path; None for `**`, which is any number of parts."""

    def holds(self, path: tuple[str, ...]) -> bool:
        """Whether the pattern holds for a path or for a folder above it."""
        return any(_matches(self.parts, path[:length]) for length in range(1, len(path) + 1))

    def may_hold_below(self, folder: tuple[str, ...]) -> bool:
        """Whether it may hold for something in a folder."""
        for expression, part in zip(self.parts, folder, strict=False):
            if expression is None:
                return True
            if not expression.fullmatch(part):
                return False
        return True


@dataclass(frozen=True)
class Ignored:
    """What a file of patterns keeps out."""

    patterns: tuple[_Pattern, ...] = ()

    @classmethod
    def read(cls, text: str) -> Ignored:
        """Reads the text of a `.dockerignore`; lines that begin with `#` say nothing."""
        return cls(tuple(found for line in text.removeprefix("\ufeff").splitlines() if (found := _pattern(line))))

    def keeps_out(self, path: str) -> bool:
        """Whether a path, relative to the folder and with `/` between its parts, stays out of the build."""
        parts, out = tuple(path.split("/")), False
        for pattern in self.patterns:
            if pattern.takes_back == out and pattern.holds(parts):
                out = not pattern.takes_back
        return out

    def keeps_all_out(self, folder: str) -> bool:
        """Whether a folder stays out with everything in it."""
        parts = tuple(folder.split("/"))
        return self.keeps_out(folder) and not any(
            pattern.takes_back and pattern.may_hold_below(parts) for pattern in self.patterns
        )


def _pattern(line: str) -> _Pattern | None:
    text = line.strip()
    if not text or line.startswith("#"):
        return None
    takes_back = text.startswith("!")
    path = normpath(text.removeprefix("!").strip()).lstrip("/")
    if path in (".", ""):
        return None
    return _Pattern(takes_back, tuple(None if part == "**" else _expression(part) for part in path.split("/")))


def _expression(part: str) -> re.Pattern[str]:
    made, index = "", 0
    while index < len(part):
        letter = part[index]
        index += 1
        if letter == "*":
            made += "[^/]*"
        elif letter == "?":
            made += "[^/]"
        elif letter == "[" and (end := part.find("]", index + 1)) > 0:
            inside = part[index:end].replace("\\", "\\\\").replace("[", "\\[")
            made += f"[{inside}]"
            index = end + 1
        elif letter == "\\" and index < len(part):
            made += re.escape(part[index])
            index += 1
        else:
            made += re.escape(letter)
    try:
        return re.compile(made)
    except re.error:  # a range that is none: the letters themselves
        return re.compile(re.escape(part))


def _matches(parts: tuple[re.Pattern[str] | None, ...], path: tuple[str, ...]) -> bool:
    if not parts:
        return not path
    if parts[0] is None:
        return any(_matches(parts[1:], path[skipped:]) for skipped in range(len(path) + 1))
    return bool(path) and bool(parts[0].fullmatch(path[0])) and _matches(parts[1:], path[1:])
