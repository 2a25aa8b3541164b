"""The report as Markdown, for a pull request's comment."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from policies.entry import Entry
from policies.summary import Summary

_ENTITIES = {"<": "&lt;", ">": "&gt;", "&": "&amp;"}


def write(entries: Iterable[Entry], summary: Summary) -> Iterator[str]:
    """Writes the report; see `policies.formats.Format`."""
    yield "## Guardrails\n\n"
    first = True
    for entry in entries:
        if first:
            yield "| | rule | severity | where | what |\n|---|---|---|---|---|\n"
            first = False
        state = "waived" if entry.waived is not None else "not known yet" if entry.verdict == "unknown" else ""
        where = f"`{_code(entry.file)}`[{entry.document}]"
        row = (
            state or entry.enforcement,
            f"`{entry.rule}`",
            entry.severity,
            where,
            _cell(f"{entry.message} {entry.excuse()}".strip()),
        )
        yield f"| {' | '.join(row)} |\n"
    if not first:
        yield "\n"
    for each in summary.unreadable:
        yield f"- `{_code(each.file)}` was not read: {_cell(each.reason)}\n"
    for note in (*summary.mended, *summary.notes):
        yield f"- {_cell(note)}\n"
    yield f"{summary.line()}\n"


def _cell(text: str) -> str:
    """Text as a cell: no other mark of Markdown or HTML can come from an object's names."""
    for mark in "\\&`*_{}[]<>#|":
        text = text.replace(mark, _ENTITIES.get(mark, f"\\{mark}"))
    return text.replace("\n", " ")


def _code(text: str) -> str:
    return text.replace("`", "'").replace("|", "\\|").replace("\n", " ")
