"""The report as SARIF 2.1.0, which code hosts show beside the code."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from policies import VERSION
from policies.catalogue import ALL_RULES
from policies.entry import Entry
from policies.formats.json_report import TOOL
from policies.rule import About
from policies.summary import Summary
from policies.values.sarif import SECURITY_SEVERITY, Object, location, written

_FINGERPRINT = "slipwayFinding/v1"


def write(entries: Iterable[Entry], summary: Summary) -> Iterator[str]:
    """Writes the report; see `policies.formats.Format`."""
    index = {rule_id: number for number, rule_id in enumerate(ALL_RULES)}
    driver = {"name": TOOL, "version": VERSION, "rules": [_rule(rule.about) for rule in ALL_RULES.values()]}
    results = (_result(entry, index.get(entry.rule)) for entry in entries)
    yield from written(driver, results, lambda: _invocation(summary))


def _invocation(summary: Summary) -> dict[str, object]:
    notifications: list[Object] = [
        {
            "level": "error",
            "message": {"text": f"not read: {each.reason}"},
            "locations": [_location(each.file)],
        }
        for each in summary.unreadable
    ]
    notifications += [{"level": "note", "message": {"text": note}} for note in (*summary.mended, *summary.notes)]
    return {"executionSuccessful": not summary.unreadable, "toolExecutionNotifications": notifications}


def _rule(about: About) -> dict[str, object]:
    return {
        "id": about.id,
        "shortDescription": {"text": about.title},
        "fullDescription": {"text": about.rationale},
        "help": {"text": f"{about.mend[0].upper()}{about.mend[1:]}.\n\n{about.snippet}"},
        "properties": {"security-severity": SECURITY_SEVERITY[about.severity], "tags": ["security", *about.profiles]},
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
    return location("stdin" if file == "-" else file)
