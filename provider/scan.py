"""The scan: an image's packages, held against advisories."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from provider import attached
from provider.advisories import Advisories
from provider.packages import packages_of
from provider.step import RefusedError
from provider.verdict import Rules, Waiver, judged, told

PROJECT = Path(__file__).resolve().parents[1]


def scan(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Scans an image by its SBOM. Reads only: a preview does it, too, where the SBOM is known.

    Args:
        inputs: `reference`, `insecure`, `sbom` (the digests of the attached CycloneDX documents), `advisories`
            (a folder of the project), `failOn`, `ignoreUnfixed`, `waivers`, `lapsed`.

    Returns:
        `checked`, `notChecked`, `findings`, `waived`.

    Raises:
        RefusedError: a finding that the settings do not let through.
    """
    rules = Rules(
        inputs["failOn"],
        inputs["ignoreUnfixed"],
        [Waiver(**each) for each in inputs["waivers"]],
        [Waiver(**each) for each in inputs["lapsed"]],
    )
    documents = [attached.document(inputs["reference"], each, insecure=inputs["insecure"]) for each in inputs["sbom"]]
    packages = sorted({package for document in documents for package in packages_of(document)})
    verdict = judged(packages, Advisories.read(PROJECT / inputs["advisories"]), rules)
    if verdict.refused:
        raise RefusedError(*told(inputs["reference"], verdict, rules))
    return {
        "checked": verdict.checked,
        "notChecked": verdict.not_checked,
        "findings": verdict.counts(),
        "waived": [f"{each.advisory} in {each.package}" for each in verdict.waived],
    }
