"""What is let through, what is accepted for a while, and what a refusal tells."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import yaml

from provider.advisories import Advisories
from provider.packages import Package
from provider.scanners import matched
from provider.verdict import Rules, Verdict, Waiver, judged, told

H11 = Package("PyPI", "h11", "0.14.0", "h11")
LIBSSL = Package("Debian:12", "openssl", "3.0.15-1", "libssl3")
WAIVER = Waiver("GHSA-0000", "h11", "team-shop", "2027-01-31")


def advisories(severity: str = "CRITICAL", *, fixed: bool = True) -> Advisories:
    events = [{"introduced": "0"}, *([{"fixed": "0.16.0"}] if fixed else [])]
    advisory: dict[str, Any] = {
        "id": "GHSA-0000",
        "aliases": ["CVE-1"],
        "summary": "bad bodies",
        "database_specific": {"severity": severity},
        "affected": [
            {"package": {"ecosystem": "PyPI", "name": "h11"}, "ranges": [{"type": "ECOSYSTEM", "events": events}]}
        ],
    }
    return Advisories(frozenset({"PyPI"}), {("PyPI", "h11"): [advisory]})


def rules(*fail_on: str, **fields: Any) -> Rules:
    return replace(Rules(fail_on or ("critical", "high", "unknown"), False, (), ()), **fields)


def verdict(given: Rules, source: Advisories | None = None, *packages: Package) -> Verdict:
    return judged(matched(packages or (H11,), source or advisories()), given)


def test_a_finding_of_a_refused_severity_is_refused():
    assert [each.advisory for each in verdict(rules()).refused] == ["GHSA-0000"]


def test_a_finding_of_another_severity_passes_and_is_counted():
    found = verdict(rules(), advisories("LOW"))
    assert not found.refused
    assert found.counts() == {"low": 1}


@pytest.mark.parametrize(("ignored", "refused"), [(True, 0), (False, 1)])
def test_what_has_no_fix_passes_only_where_that_is_wanted(ignored: bool, refused: int):
    assert len(verdict(rules(ignore_unfixed=ignored), advisories(fixed=False)).refused) == refused


@pytest.mark.parametrize("advisory", ["GHSA-0000", "CVE-1"])
def test_a_waiver_accepts_a_finding_by_any_of_its_ids(advisory: str):
    found = verdict(rules(waivers=[Waiver(advisory, "h11", "team-shop", "2027-01-31")]))
    assert not found.refused
    assert len(found.waived) == 1


@pytest.mark.parametrize(("advisory", "package"), [("GHSA-0000", "h2"), ("GHSA-1111", "h11")])
def test_a_waiver_for_something_else_accepts_nothing(advisory: str, package: str):
    assert verdict(rules(waivers=[Waiver(advisory, package, "team-shop", "2027-01-31")])).refused


def test_an_ecosystem_without_a_source_is_not_checked_and_never_clean():
    found = verdict(rules(), None, LIBSSL, Package("Debian:12", "zlib", "1", "zlib1g"))
    assert found.checked == 0
    assert found.not_checked == {"Debian:12": 2}
    assert found.counts() == {"not-checked": 1}


def test_what_was_not_checked_is_refused_where_that_is_wanted_also_when_unfixed_passes():
    found = verdict(rules("not-checked", ignore_unfixed=True), None, LIBSSL)
    assert [(each.package, each.severity) for each in found.refused] == [("Debian:12", "not-checked")]


def test_what_was_not_checked_can_be_waived_by_ecosystem():
    waiver = Waiver("not-checked", "Debian:12", "team-shop", "2027-01-31")
    assert not verdict(rules("not-checked", waivers=[waiver]), None, LIBSSL).refused


def test_a_refusal_names_package_version_advisory_severity_and_fix():
    given = rules()
    message, _ = told("registry/app@sha256:0", verdict(given), given)
    assert "registry/app@sha256:0 is not let through: 1 finding" in message
    assert "h11 0.14.0 (PyPI)  GHSA-0000  critical  fixed in 0.16.0" in message


def test_a_refusal_gives_the_waiver_to_write():
    given = rules("critical", "not-checked")
    _, mend = told("image", verdict(given, None, H11, LIBSSL), given)
    block = yaml.safe_load(mend.partition("in the stack file:\n")[2])
    waivers = block["slipway:supplyChain"]["scan"]["waivers"]
    assert [(each["advisory"], each["package"]) for each in waivers] == [
        ("GHSA-0000", "h11"),
        ("not-checked", "Debian:12"),
    ]
    assert all(each.keys() == {"advisory", "package", "reason", "owner", "expires"} for each in waivers)


def test_a_refusal_names_the_waiver_that_is_over():
    given = rules(lapsed=[Waiver("CVE-1", "h11", "team-shop", "2026-10-01")])
    message, _ = told("image", verdict(given), given)
    assert "the waiver of team-shop for it ended on 2026-10-01" in message
