"""Findings in Dockerfiles and images as SARIF 2.1.0, for the code host."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cli.failures import BadInputError
from policies.values.sarif import SECURITY_SEVERITY, location, written
from toolchain import files

LEVELS: Mapping[str, str] = {"critical": "error", "high": "error", "low": "note"}
"""What a code host makes of a severity: the first two stop a merge; what is not listed is a warning."""

_FINGERPRINT = "slipwayFinding/v1"


@dataclass(frozen=True)
class Row:
    """A finding.

    Attributes:
        rule: the rule's id, or the advisory's.
        severity: how bad it is.
        message: what is wrong.
        help: what to do about it.
        file: the file that it is in; an image's repository.
        line: its line.
        subject: what makes it the same finding in another run, beside the rule and the file: a package, or a message.
        excuse: why it does not count, or empty.
    """

    rule: str
    severity: str
    message: str
    help: str
    file: str
    line: int = 1
    subject: str = ""
    excuse: str = ""


def write(target: Path, tool: str, version: str, rows: Sequence[Row]) -> None:
    """Write a report.

    Args:
        target: the file; what was there is replaced.
        tool: who found it.
        version: of the tool.
        rows: what was found.

    Raises:
        BadInputError: the file cannot be written.
    """
    rules = {row.rule: _rule(row) for row in rows}
    numbers = {rule: number for number, rule in enumerate(rules)}
    driver = {"name": tool, "version": version, "rules": list(rules.values())}
    results = [_result(row, numbers[row.rule]) for row in rows]
    try:
        files.write(target, "".join(written(driver, results, lambda: {"executionSuccessful": True})))
    except OSError as error:
        raise BadInputError(f"{target} cannot be written: {error.strerror}\n  mend: name another file") from error


def _rule(row: Row) -> dict[str, object]:
    properties: dict[str, object] = {"tags": ["security"]}
    if row.severity in SECURITY_SEVERITY:
        properties["security-severity"] = SECURITY_SEVERITY[row.severity]
    return {
        "id": row.rule,
        "shortDescription": {"text": row.message},
        "help": {"text": row.help},
        "properties": properties,
    }


def _result(row: Row, index: int) -> dict[str, object]:
    mark = hashlib.sha256("\n".join((row.rule, row.file, row.subject)).encode()).hexdigest()[:32]
    result: dict[str, object] = {
        "ruleId": row.rule,
        "ruleIndex": index,
        "level": LEVELS.get(row.severity, "warning"),
        "message": {"text": f"{row.message}. {row.help[0].upper()}{row.help[1:]}."},
        "locations": [location(row.file, row.line)],
        "partialFingerprints": {_FINGERPRINT: mark},
        "properties": {"severity": row.severity},
    }
    if row.excuse:
        result["suppressions"] = [{"kind": "external", "justification": row.excuse}]
    return result
