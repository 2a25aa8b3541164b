"""Findings as SARIF: what a code host makes of a severity, and what makes a finding the same in another run."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cli import sarif
from cli.failures import BadInputError
from cli.sarif import Row

ROW = Row("GHSA-1", "high", "h11 0.14.0 (PyPI): bad bodies", "install 0.16.0", "slipway/python-api", subject="h11")


def run(folder: Path, *rows: Row) -> dict[str, Any]:
    sarif.write(folder / "out.sarif", "slipway scan", "1", rows)
    report = json.loads((folder / "out.sarif").read_text())
    assert report["version"] == "2.1.0"
    (found,) = report["runs"]
    return found


def test_a_finding_is_a_result_of_its_rule(tmp_path: Path):
    made = run(tmp_path, ROW, replace(ROW, rule="GHSA-2"))
    assert made["tool"]["driver"]["name"] == "slipway scan"
    rules = [each["id"] for each in made["tool"]["driver"]["rules"]]
    assert [rules[each["ruleIndex"]] for each in made["results"]] == ["GHSA-1", "GHSA-2"]
    assert made["results"][0]["message"]["text"] == "h11 0.14.0 (PyPI): bad bodies. Install 0.16.0."


@pytest.mark.parametrize(
    ("severity", "level", "score"),
    [
        ("critical", "error", "9.5"),
        ("high", "error", "8.0"),
        ("medium", "warning", "5.0"),
        ("low", "note", "3.0"),
        ("unknown", "warning", None),
        ("not-checked", "warning", None),
    ],
)
def test_a_severity_has_its_level(tmp_path: Path, severity: str, level: str, score: str | None):
    made = run(tmp_path, replace(ROW, severity=severity))
    assert made["results"][0]["level"] == level
    assert made["tool"]["driver"]["rules"][0]["properties"].get("security-severity") == score


def test_a_waived_finding_is_suppressed_with_who_waived_it(tmp_path: Path):
    made = run(tmp_path, replace(ROW, excuse="waived by team-shop until 2027-01-31"), ROW)
    assert [each.get("suppressions", [{}])[0].get("justification") for each in made["results"]] == [
        "waived by team-shop until 2027-01-31",
        None,
    ]


@pytest.mark.parametrize(("change", "same"), [({"line": 7}, True), ({"subject": "h2"}, False), ({"file": "x"}, False)])
def test_a_finding_is_the_same_wherever_its_line_goes(tmp_path: Path, change: dict[str, Any], same: bool):
    first, other = run(tmp_path, ROW, replace(ROW, **change))["results"]
    assert (first["partialFingerprints"] == other["partialFingerprints"]) is same


def test_a_report_that_cannot_be_written_is_told(tmp_path: Path):
    with pytest.raises(BadInputError, match="cannot be written"):
        sarif.write(tmp_path, "slipway scan", "1", [ROW])
