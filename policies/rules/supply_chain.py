"""Supply chain: what runs is what was verified. Rules over the whole stack."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import cast

from policies.plain import Unknown
from policies.rule import About, Parameter, StackRule
from policies.together import Claim, Together
from policies.truth import Verdict
from policies.values.image import ImageReference
from policies.view import Container

COMPONENT_TYPE = "slipway:index:VerifiedImage"
"""The type token of the components whose output `reference` is verified."""

VERIFIED_IMAGES = Parameter(
    name="verifiedImages",
    schema={
        "type": "array",
        "items": {
            "type": "string",
            "pattern": r"@sha(256:[0-9a-f]{64}|384:[0-9a-f]{96}|512:[0-9a-f]{128})$",
            "description": "an image reference with a digest",
        },
    },
    default=[],
    about="Images that were verified outside the stack, for programs without VerifiedImage components.",
)

EVIDENCE = ("test", "sbom", "scan", "signedBy", "provenance")
"""What the steps of a supply chain leave, by the keys of a VerifiedImage's output `evidence`."""

WANTED_EVIDENCE = Parameter(
    name="wantedEvidence",
    schema={"type": "array", "items": {"type": "string", "enum": list(EVIDENCE)}},
    default=[],
    about=(
        "What must have been done with an image before it counts as verified. An external image has its reason instead."
    ),
)


def declared(
    components: Iterable[Mapping[str, object]], parameters: Mapping[str, object]
) -> tuple[tuple[object, ...], dict[str, tuple[str, ...]]]:
    """The references of a stack's VerifiedImage components: those that count, and those that lack evidence."""
    wanted = cast("list[str]", parameters.get(WANTED_EVIDENCE.name, []))
    references: list[object] = []
    doubtful: dict[str, tuple[str, ...]] = {}
    for component in components:
        reference, source, evidence = component.get("reference"), component.get("source"), component.get("evidence")
        kinds = cast("Mapping[str, object]", evidence).keys() if isinstance(evidence, Mapping) else ()
        missing = tuple(kind for kind in wanted if kind not in kinds)
        untold = source if isinstance(source, Unknown) else evidence if isinstance(evidence, Unknown) else None
        if not missing or source == "external" or not isinstance(reference, str):
            references.append(reference)
        elif untold is not None:
            references.append(untold)
        else:
            doubtful[reference] = missing
    return tuple(references), doubtful


@dataclass(frozen=True, slots=True)
class _Verified:
    """The digests that a stack has verified.

    Attributes:
        digests: Those that are known; None for a reference without one.
        complete: Whether all are known. During a preview, what has yet to be built has no digest.
        doubtful: Those that carry too little evidence, and what is missing.
    """

    digests: frozenset[str | None]
    complete: bool
    doubtful: Mapping[str | None, tuple[str, ...]]


def _verified(references: Iterable[object], doubtful: Mapping[str, tuple[str, ...]]) -> _Verified:
    digests: set[str | None] = set()
    complete = True
    for reference in references:
        if isinstance(reference, Unknown):
            complete = False
        else:
            digests.add(_digest(reference))
    return _Verified(frozenset(digests), complete, {_digest(each): missing for each, missing in doubtful.items()})


def _digest(reference: object) -> str | None:
    try:
        return ImageReference.parse(reference).digest if isinstance(reference, str) else None
    except ValueError:
        return None


def _unverified(objects: Together) -> Iterator[Claim]:
    if objects.references is None:
        return
    extra = cast("list[object]", objects.parameters[VERIFIED_IMAGES.name])
    known = _verified([*extra, *objects.references], objects.doubtful)
    for manifest in (*objects.carriers, *objects.hosted):
        for pod in manifest.pods:
            for container in pod.containers:
                found = _judge(container, known)
                if found is not None:
                    unknown = isinstance(container.body, Unknown)
                    path = container.path if unknown else (*container.path, "image")
                    yield Claim(found[0], manifest, path, found[1], container)


def _judge(container: Container, known: _Verified) -> tuple[Verdict, str] | None:
    wanted = "must be the digest of a verified image of this stack"
    image = container.body if isinstance(container.body, Unknown) else container.body.get("image")
    if isinstance(image, Unknown):
        return "unknown", wanted
    if image is None and container.partial:
        return None
    digest = _digest(image)
    if digest is None:
        return "violation", f"{wanted} (there is no digest)"
    if digest in known.digests:
        return None
    if digest in known.doubtful:
        return "violation", f"{wanted} (it carries no evidence of: {', '.join(known.doubtful[digest])})"
    if not known.complete:
        return "unknown", wanted
    return "violation", f"{wanted} (its digest is not among them)"


VERIFIED_IMAGE = StackRule(
    About(
        id="verified-image",
        title="Verified image",
        severity="high",
        rationale=(
            "A digest says which image runs, not that anybody has looked at it. Every image of a workload has to be "
            "one that the same stack has built, promoted or accepted with a reason."
        ),
        mend="take the image from a VerifiedImage component of this stack",
        snippet=(
            'image = VerifiedImage("app", source=source)\n'
            'kubernetes.core.v1.ContainerArgs(name="app", image=image.reference)'
        ),
        decision=(
            "Images are compared by digest alone: the same digest is the same content, in whichever registry it lies. "
            "What a container of a Docker host runs by a number is what the stack's RemoteImage of that number pulled. "
            "Asked in the packs only: files have no components."
        ),
    ),
    reason="joins the workloads of a stack with its VerifiedImage components",
    join=_unverified,
    parameters=(VERIFIED_IMAGES, WANTED_EVIDENCE),
)

RULES = (VERIFIED_IMAGE,)
