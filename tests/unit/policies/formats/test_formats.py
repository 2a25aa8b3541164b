"""Every form of a report can be read by what it is for, whatever names stand in it."""

import json
import xml.etree.ElementTree as ET
from typing import Any

import pytest

from policies.documents import Unreadable
from policies.entry import Entry
from policies.formats import FORMATS, writer
from policies.summary import Summary

NASTY = 'a"<b>&|`*\\\x07\ud7ff'


def entry(**fields: Any) -> Entry:
    made: dict[str, Any] = {
        "rule": "image-tag",
        "severity": "medium",
        "enforcement": "mandatory",
        "verdict": "violation",
        "file": "a.yaml",
        "document": 0,
        "kind": "Pod",
        "namespace": "shop",
        "name": "web",
        "container": "app",
        "path": "spec.containers[0].image",
        "message": "Pod shop/web: spec.containers[0].image must be good.",
        "fix": "fix()",
        "place": "image",
        **fields,
    }
    return Entry(**made)


ENTRIES = [
    entry(),
    entry(enforcement="advisory", file="b.yaml"),
    entry(verdict="unknown", file="b.yaml"),
    entry(
        waived={"reason": NASTY, "owner": "team-a", "expires": "9999-12-31"}, file="c.yaml", message=NASTY, name=NASTY
    ),
]


def summary() -> Summary:
    made = Summary(files=3, documents=4, objects=4, unreadable=[Unreadable("bad.yaml", "no YAML")], notes=[NASTY])
    for each in ENTRIES:
        made.count(each)
    return made


def written(form: str, entries: list[Entry] = ENTRIES) -> str:
    return "".join(writer(form)(iter(entries), summary()))


def test_json_holds_every_field() -> None:
    report = json.loads(written("json"))
    assert set(report) == {"tool", "version", "findings", "summary"}
    assert set(report["findings"][0]) == {
        "rule", "severity", "enforcement", "verdict", "file", "document", "kind", "namespace", "name", "container",
        "path", "message", "fix", "waived",
    }  # fmt: skip
    counts = {key: report["summary"][key] for key in ("mandatory", "advisory", "unknown", "waived")}
    assert counts == {"mandatory": 1, "advisory": 1, "unknown": 1, "waived": 1}


def test_an_empty_report_is_still_one() -> None:
    assert json.loads(written("json", []))["findings"] == []
    assert json.loads(written("sarif", []))["runs"][0]["results"] == []
    ET.fromstring(written("junit", []))


def test_sarif_names_rules_levels_and_fingerprints() -> None:
    log = json.loads(written("sarif"))
    (run,) = log["runs"]
    assert log["version"] == "2.1.0"
    rules = run["tool"]["driver"]["rules"]
    assert [result["level"] for result in run["results"]] == ["error", "warning", "note", "warning"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["partialFingerprints"]["slipwayFinding/v1"]
    assert "suppressions" in run["results"][3]
    assert run["invocations"][0]["executionSuccessful"] is False


def test_junit_counts_what_makes_the_scan_fail() -> None:
    root = ET.fromstring(written("junit"))
    suites = [(s.get("name"), s.get("tests"), s.get("failures"), s.get("skipped")) for s in root]
    assert suites == [("a.yaml", "1", "1", "0"), ("b.yaml", "2", "0", "2"), ("c.yaml", "1", "0", "1"),
                      ("not read", "1", "0", None), ("notes", "1", "0", "1")]  # fmt: skip


def test_no_name_breaks_out_of_a_table_of_markdown() -> None:
    rows = [line for line in written("markdown").splitlines() if "waived" in line and line.startswith("|")]
    assert len(rows) == 1
    assert "<b>" not in rows[0]
    assert rows[0].replace("\\|", "").count("|") == 6


@pytest.mark.parametrize("form", FORMATS)
def test_every_form_says_what_was_not_read(form: str) -> None:
    assert "bad.yaml" in written(form)


@pytest.mark.parametrize(
    ("change", "same"),
    [
        ({"document": 7}, True),
        ({"file": "other.yaml"}, True),
        ({"path": "spec.containers[5].image"}, True),
        ({"name": "other"}, False),
        ({"container": "side"}, False),
        ({"place": "other"}, False),
        ({"rule": "image-digest"}, False),
    ],
)
def test_a_fingerprint_stays_with_what_it_is_about(change: dict[str, Any], same: bool) -> None:
    assert (entry(**change).fingerprint() == entry().fingerprint()) is same


def test_without_a_name_the_file_tells_objects_apart() -> None:
    assert entry(name=None).fingerprint() != entry(name=None, file="b.yaml").fingerprint()
