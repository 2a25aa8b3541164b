"""The stack rule `verified-image`: every workload's digest is one that the stack has verified."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from policies.finding import Finding, Verdict
from policies.plain import Path, Unknown
from policies.rules.supply_chain import VERIFIED_IMAGE
from policies.values.image import ImageReference
from policies.view import Container, Manifest

COMPONENT_TYPE = "slipway:index:VerifiedImage"
"""The type token of the components whose output `reference` is verified."""


@dataclass(frozen=True, slots=True)
class Verified:
    """The digests that a stack has verified.

    Attributes:
        digests: Those that are known.
        complete: Whether all are known. During a preview, what has yet to be built has no digest.
    """

    digests: frozenset[str]
    complete: bool


def verified(references: Iterable[object]) -> Verified:
    """Collects digests.

    Args:
        references: The `reference` output of each component: a text with a digest, `UNKNOWN`, or whatever else stands
            there, which verifies nothing.

    Returns:
        The digests.
    """
    digests: set[str] = set()
    complete = True
    for reference in references:
        if isinstance(reference, Unknown):
            complete = False
        elif isinstance(reference, str):
            digest = _digest(reference)
            if digest is not None:
                digests.add(digest)
    return Verified(frozenset(digests), complete)


def unverified(manifest: Manifest, known: Verified) -> Iterator[Finding]:
    """Judges an object's containers, of all three lists.

    Args:
        manifest: The object.
        known: The digests that the stack has verified.

    Yields:
        A violation for each container whose image is not among them, and "unknown" while that cannot be said.
    """
    for pod in manifest.pods:
        for container in pod.containers:
            found = _judge(container, known, partial=manifest.partial or container.partial)
            if found is not None:
                verdict, problem = found
                unknown = isinstance(container.body, Unknown)
                below: Path = container.path if unknown else (*container.path, "image")
                yield Finding(VERIFIED_IMAGE.about, verdict, manifest, container, (*manifest.path, *below), problem)


def _judge(container: Container, known: Verified, *, partial: bool) -> tuple[Verdict, str] | None:
    wanted = "must be the digest of a verified image of this stack"
    image = container.body if isinstance(container.body, Unknown) else container.body.get("image")
    if isinstance(image, Unknown):
        return "unknown", wanted
    if image is None and partial:
        return None
    digest = _digest(image) if isinstance(image, str) else None
    if digest is None:
        return "violation", f"{wanted} (there is no digest)"
    if digest in known.digests:
        return None
    if not known.complete:
        return "unknown", wanted
    return "violation", f"{wanted} (its digest is not among them)"


def _digest(reference: str) -> str | None:
    try:
        return ImageReference.parse(reference).digest
    except ValueError:
        return None
