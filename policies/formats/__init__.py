"""The forms of a report. Each writes as it reads: what has been written need not be remembered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from policies.entry import Entry
from policies.formats import json_report, junit, markdown, sarif, text
from policies.summary import Summary

Format = Callable[[Iterable[Entry], Summary], Iterator[str]]
"""Given the findings in order, and the summary that is complete once they are all there, yields the report's text."""

FORMATS: dict[str, Format] = {
    "text": text.write,
    "json": json_report.write,
    "sarif": sarif.write,
    "junit": junit.write,
    "markdown": markdown.write,
}
