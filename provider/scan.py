"""The scan: an image's packages, held against what is known of them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from provider import attached, sbom
from provider.advisories import Advisories
from provider.scanners import PROGRAMS, asked, matched, packages_in
from provider.step import RefusedError
from provider.verdict import Rules, Verdict, Waiver, judged, told

PROJECT = Path(__file__).resolve().parents[1]


def scan(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Scans an image by its SBOM. Reads only: a preview does it, too, where the SBOM is known.

    Args:
        inputs: `reference`, `insecure`, `sbom` (the digests of the attached CycloneDX documents; left out for somebody
            else's image, which has none of ours), `scanner`, `advisories` (a folder of the project), `failOn`,
            `ignoreUnfixed`, `waivers`, `lapsed`.

    Returns:
        `checked`, `notChecked`, `findings`, `waived`.

    Raises:
        RefusedError: a finding that the settings do not let through, or the scanner is not here.
        ToolchainError: the registry, or syft, cannot be had.
    """
    rules, verdict = looked_at(inputs)
    if verdict.refused:
        raise RefusedError(*told(inputs["reference"], verdict, rules))
    return {
        "checked": verdict.checked,
        "notChecked": verdict.not_checked,
        "findings": verdict.counts(),
        "waived": [f"{each.advisory} in {each.package}" for each in verdict.waived],
    }


def looked_at(inputs: Mapping[str, Any]) -> tuple[Rules, Verdict]:
    """What a scan finds, refused or not; see `scan`."""
    rules = Rules(
        inputs["failOn"],
        inputs["ignoreUnfixed"],
        [Waiver(**each) for each in inputs["waivers"]],
        [Waiver(**each) for each in inputs["lapsed"]],
    )
    reference, insecure = inputs["reference"], inputs["insecure"]
    if "sbom" in inputs:
        documents = [attached.document(reference, each, insecure=insecure) for each in inputs["sbom"]]
    else:
        documents = sbom.read(reference, insecure=insecure)
    if inputs.get("scanner") in PROGRAMS:
        found = asked(inputs["scanner"], documents)
    else:
        found = matched(packages_in(documents), Advisories.read(PROJECT / inputs["advisories"]))
    return rules, judged(found, rules)
