"""The report as JUnit XML, which CI systems show as tests: a suite for each file, a case for each finding."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby
from xml.sax.saxutils import escape, quoteattr

from policies.entry import Entry
from policies.summary import Summary

# What XML 1.0 has no way to write.
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write(entries: Iterable[Entry], summary: Summary) -> Iterator[str]:
    """Writes the report; see `policies.formats.Format`."""
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="slipway-policies">\n'
    for file, group in groupby(entries, key=lambda entry: entry.file):
        found = list(group)
        failures = sum(entry.counts() for entry in found)
        skipped = len(found) - failures
        yield f'<testsuite name={_quoted(file)} tests="{len(found)}" failures="{failures}" skipped="{skipped}">\n'
        for entry in found:
            yield _case(entry)
        yield "</testsuite>\n"
    if summary.unreadable:
        number = len(summary.unreadable)
        yield f'<testsuite name="not read" tests="{number}" failures="0" errors="{number}">\n'
        for each in summary.unreadable:
            error = f"<error message={_quoted(each.reason)}/>"
            yield f'<testcase name={_quoted(each.file)} classname="read">{error}</testcase>\n'
        yield "</testsuite>\n"
    notes = (*summary.mended, *summary.notes)
    if notes:
        number = len(notes)
        yield f'<testsuite name="notes" tests="{number}" failures="0" skipped="{number}">\n'
        for note in notes:
            yield f'<testcase name={_quoted(note)} classname="note"><skipped/></testcase>\n'
        yield "</testsuite>\n"
    yield "</testsuites>\n"


def _case(entry: Entry) -> str:
    name = f"{entry.rule}: {entry.kind} {entry.name or ''} {entry.path}"
    if entry.counts():
        inner = f"<failure message={_quoted(entry.message)} type={_quoted(entry.severity)}>{_text(entry.fix)}</failure>"
    else:
        inner = f"<skipped message={_quoted(entry.excuse() or entry.message)}/>"
    return f"<testcase name={_quoted(name)} classname={_quoted(entry.rule)}>{inner}</testcase>\n"


def _text(text: str) -> str:
    return escape(_FORBIDDEN.sub("?", text))


def _quoted(text: str) -> str:
    return quoteattr(_FORBIDDEN.sub("?", text))
