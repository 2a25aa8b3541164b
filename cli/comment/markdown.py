"""Writes text into Markdown so that its content stays content: fences, cells, folds, and cuts to a size."""

from __future__ import annotations

import re
from collections.abc import Sequence

_SPECIAL = re.compile(r"([\\`*_\[\]<>|~@&$])")

# Shorter pieces than this say nothing: then whole objects are left out instead.
SMALLEST_PIECE = 240


def inline(content: str) -> str:
    """Text inside a sentence: on one line, no markup, no mention of anybody."""
    joined = " ".join(content.split())
    return _SPECIAL.sub(r"\\\1", joined).replace("\\@", "@\u2060")


def code(content: str) -> str:
    """A code span, whatever backticks are in it; a pipe would end a table's cell."""
    flat = " ".join(content.split()).replace("|", "\u00a6") or " "
    longest = max((len(run) for run in re.findall("`+", flat)), default=0)
    ticks = "`" * (longest + 1)
    pad = " " if longest or flat != flat.strip() else ""
    return f"{ticks}{pad}{flat}{pad}{ticks}"


def fence(lines: Sequence[str], language: str = "") -> str:
    """A fenced block, longer than any run of backticks in it, ending in a line break."""
    content = "\n".join(lines)
    longest = max((len(run) for run in re.findall("`+", content)), default=0)
    ticks = "`" * max(3, longest + 1)
    return f"{ticks}{language}\n{content}\n{ticks}\n"


def fold(summary: str, body: str) -> str:
    """A closed fold; the summary is HTML, so it is escaped here."""
    escaped = summary.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("@", "@\u2060")
    return f"<details><summary>{' '.join(escaped.split())}</summary>\n\n{body}\n</details>\n"


def cut(lines: Sequence[str], size: int, note: str = "… {count} lines left out …") -> list[str]:
    """The lines, or as many from both ends as fit into `size` characters, with a note in the middle.

    A line counts its characters and its line break. A single line that is too long is cut in its own middle.
    """
    if _size(lines) <= size:
        return list(lines)
    room = size - len(note) - 12
    head: list[str] = []
    tail: list[str] = []
    front = back = 0
    while len(head) + len(tail) < len(lines):
        line = lines[len(head)] if front <= back else lines[-1 - len(tail)]
        if front + back + len(line) + 1 > room:
            break
        if front <= back:
            head.append(line)
            front += len(line) + 1
        else:
            tail.append(line)
            back += len(line) + 1
    if not head and not tail:
        return (
            [shorten(lines[0], max(size - 1, 0))]
            if len(lines) == 1
            else [note.format(count=len(lines))[: max(size - 1, 0)]]
        )
    return [*head, note.format(count=len(lines) - len(head) - len(tail)), *reversed(tail)]


def shorten(content: str, size: int) -> str:
    """The text, or its two ends with `…` between them, in at most `size` characters."""
    if len(content) <= size:
        return content
    half = max((size - 1) // 2, 0)
    return (content[:half] + "…" + content[len(content) - half :])[: max(size, 0)] if half else content[: max(size, 0)]


def share(sizes: Sequence[int], total: int) -> list[int]:
    """Divide `total` fairly: who needs less than an equal share gets what it needs, the others divide the rest."""
    shares = [0] * len(sizes)
    left, waiting = max(total, 0), sorted(range(len(sizes)), key=lambda index: sizes[index])
    while waiting:
        equal = left // len(waiting)
        index = waiting.pop(0)
        shares[index] = min(sizes[index], equal)
        left -= shares[index]
    return shares


def _size(lines: Sequence[str]) -> int:
    return sum(len(line) + 1 for line in lines)
