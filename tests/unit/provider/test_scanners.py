"""Scanners of all kinds say the same of the same packages, and one that is not here is named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from provider.advisories import Finding
from provider.scanners import PROGRAMS, asked, grype_findings, packages_in, trivy_findings
from provider.step import RefusedError
from toolchain.signing_programs import SECRETS

SBOM: dict[str, Any] = {
    "components": [
        {"purl": "pkg:pypi/h11@0.14.0"},
        {"purl": "pkg:deb/debian/libssl3@3.0.15-1?distro=debian-12&upstream=openssl"},
        {"purl": "pkg:generic/tool@1.0"},
    ]
}
# Reports as the programs' published schemas have them; written for these tests.
TRIVY: dict[str, Any] = {
    "SchemaVersion": 2,
    "ArtifactType": "cyclonedx",
    "Results": [
        {"Target": "debian 12", "Class": "os-pkgs", "Type": "debian"},
        {
            "Target": "Python",
            "Class": "lang-pkgs",
            "Type": "python-pkg",
            "Vulnerabilities": [
                {
                    "VulnerabilityID": "CVE-2025-43859",
                    "VendorIDs": ["GHSA-vqfr-h8mv-ghfj"],
                    "PkgName": "h11",
                    "PkgIdentifier": {"PURL": "pkg:pypi/h11@0.14.0", "BOMRef": "h11"},
                    "InstalledVersion": "0.14.0",
                    "FixedVersion": "0.16.0, 1.0.1",
                    "Status": "fixed",
                    "Severity": "CRITICAL",
                    "Title": "h11 accepts some malformed bodies",
                },
                {"VulnerabilityID": "CVE-1", "PkgName": "h11", "InstalledVersion": "0.14.0"},
            ],
        },
    ],
}
GRYPE: dict[str, Any] = {
    "matches": [
        {
            "vulnerability": {
                "id": "CVE-2025-43859",
                "severity": "Critical",
                "description": "h11 accepts some malformed bodies\nand more",
                "fix": {"versions": ["0.16.0"], "state": "fixed"},
            },
            "relatedVulnerabilities": [{"id": "GHSA-vqfr-h8mv-ghfj"}],
            "artifact": {"name": "h11", "version": "0.14.0", "type": "python", "purl": "pkg:pypi/h11@0.14.0"},
        },
        {
            "vulnerability": {"id": "CVE-1", "severity": "Negligible", "fix": {"versions": [], "state": "unknown"}},
            "relatedVulnerabilities": [],
            "artifact": {"name": "tool", "version": "1.0", "type": "binary"},
        },
    ]
}
H11 = Finding(
    "h11",
    "0.14.0",
    "PyPI",
    "CVE-2025-43859",
    "critical",
    "0.16.0",
    ("GHSA-vqfr-h8mv-ghfj",),
    "h11 accepts some malformed bodies",
)


def test_trivys_report_is_read():
    assert list(trivy_findings(TRIVY)) == [H11, Finding("h11", "0.14.0", "python-pkg", "CVE-1", "unknown", "")]


def test_grypes_report_is_read():
    assert list(grype_findings(GRYPE)) == [H11, Finding("tool", "1.0", "binary", "CVE-1", "low", "")]


@pytest.mark.parametrize("report", [{}, {"Results": None, "matches": None}, {"Results": [{"Vulnerabilities": None}]}])
def test_a_report_without_findings_has_none(report: dict[str, Any]):
    assert [*trivy_findings(report), *grype_findings(report)] == []


def installed(folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, script: str) -> None:
    """A program of that name on PATH, in place of the real one: it keeps what it is given, and does what is said."""
    program = folder / name
    program.write_text(f'#!/bin/sh\nfor last; do :; done\ncp "${{last#sbom:}}" {folder}/given\n{script}\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    monkeypatch.setenv("SLIPWAY_HOME", str(folder / "home"))


@pytest.mark.parametrize(("name", "report"), [("trivy", TRIVY), ("grype", GRYPE)])
def test_a_program_is_given_the_sbom_and_what_it_has_no_source_for_is_not_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, report: dict[str, Any]
):
    installed(tmp_path, monkeypatch, name, f"cat <<'END'\n{json.dumps(report)}\nEND")
    found = asked(name, [SBOM])
    assert json.loads((tmp_path / "given").read_text()) == SBOM
    assert H11 in found.findings
    assert (found.checked, found.not_checked) == (2, {"generic": 1})


@pytest.mark.parametrize("script", ["echo no database >&2; exit 1", "echo no database"])
def test_a_program_that_fails_is_told_with_what_it_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str):
    installed(tmp_path, monkeypatch, "trivy", script)
    with pytest.raises(RefusedError, match=r"trivy could not scan: .*no database"):
        asked("trivy", [SBOM])


def test_a_program_is_given_no_secret_of_who_signs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for variable in SECRETS:
        monkeypatch.setenv(variable, "canary")
    installed(tmp_path, monkeypatch, "trivy", "env | grep canary >&2; exit 1")
    with pytest.raises(RefusedError, match="trivy could not scan") as refused:
        asked("trivy", [SBOM])
    assert "canary" not in str(refused.value)


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_that_is_not_here_is_named_with_where_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(RefusedError, match=rf"there is no {name} on PATH\n  mend: install it \(https://"):
        asked(name, [SBOM])


def test_what_two_platforms_have_in_common_is_counted_once():
    assert len(packages_in([SBOM, SBOM])) == 3
