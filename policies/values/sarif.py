"""SARIF 2.1.0, which code hosts show beside the code: what every report of slipway has in it.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final
from urllib.parse import quote

SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

SECURITY_SEVERITY: Final[Mapping[str, str]] = {"low": "3.0", "medium": "5.0", "high": "8.0", "critical": "9.5"}
"""What GitHub sorts by: a number from 0 to 10, as in CVSS."""

Object = Mapping[str, object]


def written(driver: Object, results: Iterable[Object], invocation: Callable[[], Object]) -> Iterator[str]:
    """A report, as it comes: what has been written need not be remembered.

    Args:
        driver: the tool: `name`, `version`, `rules`.
        results: what was found.
        invocation: says how the run went; asked when the last result has been written.
    """
    yield f'{{"$schema": "{SCHEMA}", "version": "2.1.0", "runs": [{{\n"tool": {json.dumps({"driver": driver})},\n'
    yield '"columnKind": "unicodeCodePoints",\n"results": ['
    separator = "\n"
    for result in results:
        yield f"{separator}{json.dumps(result)}"
        separator = ",\n"
    yield f'\n],\n"invocations": [{json.dumps(invocation())}]\n}}]}}\n'


def location(file: str, line: int = 1) -> dict[str, object]:
    """A line of a file."""
    uri = quote(file.replace("\\", "/"))
    return {"physicalLocation": {"artifactLocation": {"uri": uri}, "region": {"startLine": line}}}
