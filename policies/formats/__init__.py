"""The forms of a report. Each writes as it reads: what has been written need not be remembered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from importlib import import_module

from policies.entry import Entry
from policies.summary import Summary

Format = Callable[[Iterable[Entry], Summary], Iterator[str]]
"""Given the findings in order, and the summary that is complete once they are all there, yields the report's text."""

# A form is loaded when it is asked for: a scan begins sooner without the other four.
_MODULES = {"text": "text", "json": "json_report", "sarif": "sarif", "junit": "junit", "markdown": "markdown"}

FORMATS = tuple(_MODULES)


def writer(name: str) -> Format:
    """What writes a form.

    Args:
        name: One of `FORMATS`.

    Returns:
        Its function.
    """
    return import_module(f"policies.formats.{_MODULES[name]}").write
