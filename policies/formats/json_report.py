"""The report for programs: one JSON object."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from policies import VERSION
from policies.entry import Entry
from policies.summary import Summary

TOOL = "slipway-policies"


def write(entries: Iterable[Entry], summary: Summary) -> Iterator[str]:
    """Writes the report; see `policies.formats.Format`."""
    yield f'{{\n"tool": {json.dumps(TOOL)},\n"version": {json.dumps(VERSION)},\n"findings": ['
    separator = "\n"
    for entry in entries:
        yield f"{separator}{json.dumps(entry.as_json())}"
        separator = ",\n"
    yield f'\n],\n"summary": {json.dumps(summary.as_json())}\n}}\n'
