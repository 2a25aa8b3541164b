"""The report for people: a line for each finding, and a summary."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from policies.entry import Entry
from policies.summary import Summary


def write(entries: Iterable[Entry], summary: Summary) -> Iterator[str]:
    """Writes the report; see `policies.formats.Format`."""
    for entry in entries:
        state = "waived" if entry.waived is not None else entry.enforcement
        excuse = entry.excuse()
        reason = f" {excuse[0].upper()}{excuse[1:]}." if excuse else ""
        unknown = "not known yet: " if entry.verdict == "unknown" else ""
        yield (
            f"{entry.file}[{entry.document}] {state} {entry.rule} ({entry.severity}): "
            f"{unknown}{entry.message}{reason}\n"
        )
    for unreadable in summary.unreadable:
        yield f"{unreadable.file}: not read: {unreadable.reason}\n"
    for note in (*summary.mended, *summary.notes):
        yield f"{note}\n"
    yield f"{summary.line()}\n"
