"""The report as SARIF 2.1.0, which code hosts show beside the code."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from urllib.parse import quote

from policies import VERSION
from policies.catalogue import ALL_RULES
from policies.entry import Entry
from policies.formats.json_report import TOOL
from policies.rule import About, Severity
from policies.summary import Summary

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
# What GitHub sorts by: a number from 0 to 10, as in CVSS.
_SECURITY_SEVERITY: dict[Severity, str] = {"low": "3.0", "medium": "5.0", "high": "8.0", "critical": "9.5"}
_FINGERPRINT = "slipwayFinding/v1"


def write(entries: Iterable[Entry], summary: Summary) -> Iterator[str]:
    """Writes the report; see `policies.formats.Format`."""
    index = {rule_id: number for number, rule_id in enumerate(ALL_RULES)}
    driver = {"name": TOOL, "version": VERSION, "rules": [_rule(rule.about) for rule in ALL_RULES.values()]}
    yield f'{{"$schema": "{_SCHEMA}", "version": "2.1.0", "runs": [{{\n"tool": {json.dumps({"driver": driver})},\n'
    yield '"columnKind": "unicodeCodePoints",\n"results": ['
    separator = "\n"
    for entry in entries:
        yield f"{separator}{json.dumps(_result(entry, index.get(entry.rule)))}"
        separator = ",\n"
    notifications = [
        {
            "level": "error",
            "message": {"text": f"not read: {each.reason}"},
            "locations": [_location(each.file)],
        }
        for each in summary.unreadable
    ]
    notifications += [{"level": "note", "message": {"text": note}} for note in (*summary.mended, *summary.notes)]
    invocation = {"executionSuccessful": not summary.unreadable, "toolExecutionNotifications": notifications}
    yield f'\n],\n"invocations": [{json.dumps(invocation)}]\n}}]}}\n'


def _rule(about: About) -> dict[str, object]:
    return {
        "id": about.id,
        "shortDescription": {"text": about.title},
        "fullDescription": {"text": about.rationale},
        "help": {"text": f"{about.mend[0].upper()}{about.mend[1:]}.\n\n{about.snippet}"},
        "properties": {"security-severity": _SECURITY_SEVERITY[about.severity], "tags": ["security", *about.profiles]},
    }


def _result(entry: Entry, index: int | None) -> dict[str, object]:
    name = f"{entry.namespace}/{entry.name}" if entry.namespace else entry.name
    location = {
        **_location(entry.file),
        "logicalLocations": [{"fullyQualifiedName": f"{entry.kind}/{name}/{entry.path}", "kind": "member"}],
    }
    result: dict[str, object] = {
        "ruleId": entry.rule,
        "level": "error" if entry.counts() else "note" if entry.verdict == "unknown" else "warning",
        "message": {"text": entry.message},
        "locations": [location],
        "partialFingerprints": {_FINGERPRINT: entry.fingerprint()},
        "properties": {"document": entry.document, "verdict": entry.verdict, "enforcement": entry.enforcement},
    }
    if index is not None:
        result["ruleIndex"] = index
    if entry.waived is not None:
        result["suppressions"] = [{"kind": "external", "justification": entry.excuse()}]
    return result


def _location(file: str) -> dict[str, object]:
    uri = "stdin" if file == "-" else quote(file.replace("\\", "/"))
    return {"physicalLocation": {"artifactLocation": {"uri": uri}, "region": {"startLine": 1}}}
