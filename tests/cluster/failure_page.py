"""The tables of `docs/live-failures.md`, which are measured, not made up.

`SLIPWAY_WRITE_FAILURES=1 make e2e` writes them anew.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "live-failures.md"

Row = tuple[str, str, str, float]
"""What is wrong, what the official plugin said of it (empty if nobody knows), what ours says, and after how long."""


def write(table: str, rows: Iterable[Row]) -> None:
    """Write one of the page's tables anew, if that is wanted."""
    if not os.environ.get("SLIPWAY_WRITE_FAILURES"):
        return
    lines = ["| what is wrong | official | the stand-in | seconds |", "|---|---|---|---|"]
    lines += [
        f"| {title} | {_cell(official) or 'not recorded'} | {_cell(ours)} | {seconds:.0f} |"
        for title, official, ours, seconds in rows
    ]
    start, end = f"<!-- measured: {table} -->", "<!-- end -->"
    text = PAGE.read_text(encoding="utf-8")
    made = "\n".join((start, "", *lines, "", end))
    written, count = re.subn(f"{re.escape(start)}.*?{end}", lambda _: made, text, flags=re.DOTALL)
    assert count == 1, f"{PAGE.name} has no place for the table of {table}"
    PAGE.write_text(written, encoding="utf-8")


def _cell(words: str) -> str:
    return "<br>".join(line.strip().replace("|", "\\|") for line in words.splitlines() if line.strip())
