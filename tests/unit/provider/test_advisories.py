"""Which installed versions an advisory in the OSV format names, and in which version it is mended."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provider.advisories import Advisories, fixed_in, names
from provider.packages import Package
from provider.severity import base_score
from provider.step import RefusedError

CRITICAL = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:N"


def advisory(*events: dict[str, str], ecosystem: str = "PyPI", name: str = "h11", **fields: Any) -> dict[str, Any]:
    affected = {"package": {"ecosystem": ecosystem, "name": name}, "ranges": [{"type": "ECOSYSTEM", "events": events}]}
    return {"id": "GHSA-0000", "affected": [affected], "severity": [{"type": "CVSS_V3", "score": CRITICAL}], **fields}


def folder(where: Path, *advisories: dict[str, Any], ecosystem: str = "PyPI") -> Advisories:
    (where / ecosystem).mkdir(parents=True)
    for number, each in enumerate(advisories):
        (where / ecosystem / f"{number}.json").write_text(json.dumps(each))
    return Advisories.read(where)


def h11(version: str, ecosystem: str = "PyPI") -> Package:
    return Package(ecosystem, "h11", version, "h11")


FIXED = ({"introduced": "0"}, {"fixed": "0.16.0"})
TWICE = ({"introduced": "1.0"}, {"fixed": "1.2"}, {"introduced": "2.0"}, {"fixed": "2.1"})
LAST = ({"introduced": "1.0"}, {"last_affected": "1.5"})


@pytest.mark.parametrize(
    ("events", "named", "free"),
    [
        (FIXED, ["0.1", "0.14.0", "0.16.0rc1"], ["0.16.0", "0.16.0.post1", "1.0"]),
        (TWICE, ["1.0", "1.1.9", "2.0", "2.0.5"], ["0.9", "1.2", "1.9", "2.1", "3"]),
        (TWICE[::-1], ["1.0", "2.0.5"], ["1.2", "2.1"]),
        (LAST, ["1.0", "1.5"], ["0.9", "1.5.1"]),
        (({"introduced": "0"},), ["0.0.1", "99"], []),
    ],
)
def test_a_range_names_the_versions_between_its_events(
    events: tuple[dict[str, str], ...], named: list[str], free: list[str]
):
    (affected,) = advisory(*events)["affected"]
    assert [version for version in [*named, *free] if names(affected, h11(version))] == named


def test_a_list_of_versions_names_exactly_those():
    affected = {"versions": ["1.0", "1.1"]}
    assert [version for version in ("1.0", "1.1", "1.2") if names(affected, h11(version))] == ["1.0", "1.1"]


@pytest.mark.parametrize("version", ["not.a.version", ""])
def test_a_version_that_cannot_be_ordered_counts_as_named(version: str):
    (affected,) = advisory(*FIXED)["affected"]
    assert names(affected, h11(version))


@given(st.lists(st.integers(0, 60), min_size=2, max_size=8, unique=True), st.integers(0, 60))
def test_ranges_name_what_lies_between_introduced_and_fixed(points: list[int], installed: int):
    # given events in turns: introduced, fixed, introduced, …
    ordered = sorted(points)
    events = [{"fixed" if number % 2 else "introduced": f"1.{point}"} for number, point in enumerate(ordered)]
    (affected,) = advisory(*events)["affected"]
    # then a version is named if an odd number of events is not after it
    assert names(affected, h11(f"1.{installed}")) == (sum(point <= installed for point in ordered) % 2 == 1)


def test_the_fixed_version_is_the_first_after_the_installed_one():
    (affected,) = advisory(*TWICE)["affected"]
    assert [fixed_in(affected, h11(version)) for version in ("1.1", "2.0", "2.1")] == ["1.2", "2.1", ""]


def test_a_finding_has_all_that_a_person_needs(tmp_path: Path):
    source = folder(tmp_path, advisory(*FIXED, summary="bad bodies", aliases=["CVE-1"]))
    (finding,) = source.findings(h11("0.14.0"))
    assert (finding.package, finding.version, finding.advisory) == ("h11", "0.14.0", "GHSA-0000")
    assert (finding.severity, finding.fixed, finding.aliases) == ("critical", "0.16.0", ("CVE-1",))
    assert finding.summary == "bad bodies"


def test_an_advisory_that_was_withdrawn_says_nothing(tmp_path: Path):
    source = folder(tmp_path, advisory(*FIXED, withdrawn="2026-01-01T00:00:00Z"))
    assert not list(source.findings(h11("0.14.0")))


def test_an_advisory_for_another_release_of_a_distribution_says_nothing(tmp_path: Path):
    source = folder(tmp_path, advisory(*FIXED, ecosystem="Debian:11"), ecosystem="Debian:11")
    assert not list(source.findings(h11("0.14.0", "Debian:12")))


@pytest.mark.parametrize(
    ("of", "covered"), [("PyPI", True), ("Debian:12", True), ("npm", False), ("generic", False), ("Hackage", False)]
)
def test_an_ecosystem_is_covered_by_a_folder_of_its_own(tmp_path: Path, of: str, covered: bool):
    for name in ("PyPI", "Debian", "Hackage"):  # versions of the last cannot be ordered here
        (tmp_path / name).mkdir()
    assert Advisories.read(tmp_path).covers(of) is covered


def test_a_release_covers_no_other(tmp_path: Path):
    (tmp_path / "Debian:11").mkdir()
    assert not Advisories.read(tmp_path).covers("Debian:12")


def test_a_folder_that_is_not_there_is_named(tmp_path: Path):
    with pytest.raises(RefusedError, match="nowhere is not there"):
        Advisories.read(tmp_path / "nowhere")


@pytest.mark.parametrize("text", ["{", "[]", '{"no": "id"}'])
def test_a_file_that_is_no_advisory_is_named(tmp_path: Path, text: str):
    (tmp_path / "PyPI").mkdir()
    (tmp_path / "PyPI" / "bad.json").write_text(text)
    with pytest.raises(RefusedError, match=r"bad\.json is no advisory"):
        Advisories.read(tmp_path)


@pytest.mark.parametrize(
    ("said", "severity"),
    [
        ({"database_specific": {"severity": "MODERATE"}}, "medium"),
        ({"database_specific": {"severity": "HIGH"}}, "high"),
        ({"severity": []}, "unknown"),
        ({"severity": [{"type": "CVSS_V3", "score": "not a vector"}]}, "unknown"),
        ({"severity": [{"type": "CVSS_V4", "score": "CVSS:4.0/AV:N"}]}, "unknown"),
        ({}, "critical"),
    ],
)
def test_how_bad_it_is_comes_from_the_database_or_the_vector(tmp_path: Path, said: dict[str, Any], severity: str):
    (finding,) = folder(tmp_path, advisory(*FIXED, **said)).findings(h11("0.1"))
    assert finding.severity == severity


# Vectors and scores as NVD publishes them for these CVEs.
@pytest.mark.parametrize(
    ("vector", "score"),
    [
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", 10.0),  # CVE-2021-44228
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N", 7.5),  # CVE-2014-0160
        ("CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H", 7.8),  # CVE-2021-3156
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 6.1),  # reflected scripts
        ("CVSS:3.1/AV:P/AC:H/PR:H/UI:R/S:U/C:N/I:N/A:N", 0.0),
    ],
)
def test_a_vector_scores_what_is_published_for_it(vector: str, score: float):
    assert base_score(vector) == score
