"""What the steps of the supply chain are told, from what a stack says."""

import datetime
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from components.spec.base_lock import pins_of
from components.spec.image import BuildImage
from components.spec.supply_chain import ImageWaiver, Scan, SupplyChain


def lint_inputs(
    name: str, image: BuildImage, spec: SupplyChain | None, pins: Mapping[str, str]
) -> dict[str, Any] | None:
    """What a Dockerfile is held to before it is built, None for a stack whose images go through nothing.

    Args:
        name: the image's.
        image: what is built.
        spec: the steps of the stack.
        pins: the digests of bases.
    """
    if spec is None:
        return None
    pinned = pins_of(image, pins)
    file = Path(image.folder, image.dockerfile)
    return {
        "dockerfile": str(file),
        # That it is missing is for the step to say.
        "digest": hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else "",
        "arguments": dict(image.args),
        "later": sorted(image.bases),
        "target": image.target,
        "failOn": list(spec.lint.fail_on),
        "ignore": sorted({each.rule for each in spec.lint.ignore if each.image in (None, name)}),
        **({"pins": pinned} if pinned else {}),
    }


def scan_inputs(scan: Scan, project: Path, today: datetime.date) -> dict[str, Any]:
    """What images are held to: the same until an advisory is added, or the last day of a waiver is over.

    Args:
        scan: the settings.
        project: the project's folder.
        today: decides which waivers still count.
    """
    counts = [waiver for waiver in scan.waivers if waiver.counts(today)]
    return {
        "scanner": scan.scanner,
        **_sources(scan, project, today),
        "failOn": list(scan.fail_on),
        "ignoreUnfixed": scan.ignore_unfixed,
        "waivers": [_waiver(each) for each in counts],
        "lapsed": [_waiver(each) for each in scan.waivers if each not in counts],
    }


def _sources(scan: Scan, project: Path, today: datetime.date) -> dict[str, str]:
    """Where a scanner knows from, which changes when more is known: what a program knows, every day."""
    if scan.scanner != "advisories":
        return {"day": today.isoformat()}
    return {"advisories": scan.advisories, "advisoriesDigest": digest(project / scan.advisories, "*.json")}


def _waiver(waiver: ImageWaiver) -> dict[str, str]:
    return {name: getattr(waiver, name) for name in ("advisory", "package", "owner", "expires")}


def digest(folder: Path, pattern: str) -> str:
    """Changes with any file of a folder that has such a name; that there is none is for the step to say."""
    total = hashlib.sha256()
    for file in sorted(each for each in folder.rglob(pattern) if each.is_file()):
        total.update(hashlib.sha256(str(file.relative_to(folder)).encode()).digest())
        total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()
