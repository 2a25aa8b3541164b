"""Who looks for known holes in an image's packages: a folder of advisories, or a program that brings its own.

All are given the SBOMs that the chain has made, so that all look at the same packages.
"""

import json
import os
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from provider.advisories import Advisories, Finding
from provider.packages import Package, package_of, packages_of
from provider.severity import said
from provider.step import RefusedError
from toolchain import oci
from toolchain.home import Home
from toolchain.scratch import scratch_folder
from toolchain.signing_programs import without_secrets

Document = Mapping[str, Any]
"""A CycloneDX document, or a report in JSON."""

TIMEOUT_S = 900.0
"""The first scan of a day fetches the program's database."""


@dataclass(frozen=True)
class Found:
    """What a scanner found.

    Attributes:
        checked: how many packages it knows about.
        not_checked: how many it does not, by ecosystem.
        findings: what is known.
    """

    checked: int
    not_checked: Mapping[str, int]
    findings: Sequence[Finding]


@dataclass(frozen=True)
class Program:
    """A scanner that is a program of its own.

    Attributes:
        command: its arguments, before the SBOM's file.
        prefix: what stands before the file's path.
        covers: the ecosystems that it has a source for, without their releases.
        findings: reads its report.
        page: where to get it.
    """

    command: Sequence[str]
    prefix: str
    covers: Collection[str]
    findings: Callable[[Document], Iterator[Finding]]
    page: str


def trivy_findings(report: Document) -> Iterator[Finding]:
    """What Trivy's report says: https://trivy.dev/latest/docs/configuration/reporting/#json."""
    for result in report.get("Results") or ():
        for each in result.get("Vulnerabilities") or ():
            identifier = cast("Mapping[str, str]", each.get("PkgIdentifier") or {})
            package = package_of(identifier.get("PURL", ""))
            yield Finding(
                str(each["PkgName"]),
                str(each["InstalledVersion"]),
                package.ecosystem if package else str(result.get("Type", "unknown")),
                str(each["VulnerabilityID"]),
                said(each.get("Severity")),
                # Several branches have a fix each: `1.2.9, 1.3.1`.
                str(each.get("FixedVersion") or "").partition(",")[0].strip(),
                tuple(str(alias) for alias in each.get("VendorIDs") or ()),
                str(each.get("Title") or "").strip(),
            )


def grype_findings(report: Document) -> Iterator[Finding]:
    """What grype's report says: https://github.com/anchore/grype/blob/main/schema/grype."""
    for match in report.get("matches") or ():
        hole, artifact = match["vulnerability"], match["artifact"]
        package = package_of(str(artifact.get("purl", "")))
        fixes = cast("Sequence[str]", (hole.get("fix") or {}).get("versions") or ())
        yield Finding(
            str(artifact["name"]),
            str(artifact["version"]),
            package.ecosystem if package else str(artifact.get("type", "unknown")),
            str(hole["id"]),
            said(hole.get("severity")),
            fixes[0] if fixes else "",
            tuple(str(other["id"]) for other in match.get("relatedVulnerabilities") or ()),
            str(hole.get("description") or "").strip().partition("\n")[0],
        )


_LANGUAGES = frozenset({"PyPI", "npm", "crates.io", "Go", "RubyGems", "maven", "nuget", "composer"})

PROGRAMS: Mapping[str, Program] = {
    "trivy": Program(
        ("sbom", "--quiet", "--format=json"),
        "",
        # https://trivy.dev/latest/docs/coverage/
        _LANGUAGES | {"Debian", "Alpine", "rpm", "conan", "swift", "pub", "hex"},
        trivy_findings,
        "https://trivy.dev",
    ),
    "grype": Program(
        ("--quiet", "--output=json"),
        "sbom:",
        # https://github.com/anchore/grype#supported-sources
        _LANGUAGES | {"Debian", "Alpine", "rpm"},
        grype_findings,
        "https://github.com/anchore/grype",
    ),
}
"""By their names, which are those of `scan.scanner`, too."""


def matched(packages: Sequence[Package], advisories: Advisories) -> Found:
    """What a folder of advisories says of packages."""
    covered = [package for package in packages if advisories.covers(package.ecosystem)]
    findings = [finding for package in covered for finding in advisories.findings(package)]
    return _found(packages, covered, findings)


def asked(name: str, documents: Sequence[Document]) -> Found:
    """What a program says of SBOMs.

    Args:
        name: of `PROGRAMS`.
        documents: CycloneDX, one for each platform.

    Raises:
        RefusedError: it is not on this machine, or failed.
    """
    program = PROGRAMS[name]
    path = shutil.which(name)
    if path is None:
        raise RefusedError(
            f"`slipway:supplyChain.scan.scanner` is `{name}`, and there is no {name} on PATH",
            f"install it ({program.page}), or write `scanner: advisories` and keep a folder of advisories",
        )
    packages = packages_in(documents)
    covered = [package for package in packages if package.ecosystem.partition(":")[0] in program.covers]
    findings = {finding for document in documents for finding in program.findings(_report(name, path, document))}
    return _found(packages, covered, sorted(findings))


def packages_in(documents: Sequence[Document]) -> list[Package]:
    """The packages of an image's SBOMs, each once."""
    return sorted({package for document in documents for package in packages_of(document)})


def _report(name: str, path: str, document: Document) -> Document:
    program = PROGRAMS[name]
    with scratch_folder(Home.from_environment().run / "steps", "scan") as folder:
        file = Path(folder, "sbom.cdx.json")
        file.write_bytes(oci.canonical(document))
        done = subprocess.run(
            [path, *program.command, f"{program.prefix}{file}"],
            capture_output=True, text=True, check=False, timeout=TIMEOUT_S, env=without_secrets(os.environ),
        )  # fmt: skip
    try:
        if done.returncode == 0:
            return json.loads(done.stdout)
        said_so = done.stderr
    except ValueError:
        said_so = f"its report is no JSON: {done.stdout[:200]}"
    raise RefusedError(
        f"{name} could not scan: {said_so.strip()[-500:]}",
        f"run `{name} {' '.join(program.command)}` by hand; it may need its database, or a way to fetch it",
    )


def _found(packages: Sequence[Package], covered: Sequence[Package], findings: Sequence[Finding]) -> Found:
    unknown = Counter(package.ecosystem for package in packages if package not in set(covered))
    return Found(len(covered), dict(sorted(unknown.items())), findings)
