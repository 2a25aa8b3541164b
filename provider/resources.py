"""The provider: each step is a resource, whose inputs decide whether there is anything to do."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from pulumi.provider.experimental.property_value import Computed, PropertyValue
from pulumi.provider.experimental.provider import (
    CreateRequest,
    CreateResponse,
    DeleteRequest,
    DiffRequest,
    DiffResponse,
    PropertyDiff,
    PropertyDiffKind,
    Provider,
    UpdateRequest,
    UpdateResponse,
)
from pulumi.runtime import rpc

from provider.image_test import image_test
from provider.lint import lint
from provider.provenance import provenance
from provider.sbom import sbom
from provider.scan import scan
from provider.signature import signature, verification
from provider.step import Step
from toolchain.errors import ToolchainError, explained

Values = dict[str, PropertyValue]

UNKNOWN = rpc.UNKNOWN
"""Stands for what only an update will know."""


@dataclass(frozen=True)
class Kind:
    """A type of resource.

    Attributes:
        step: does the work.
        facts: the names of what it gives back.
        reads: whether it only reads: a preview may do it, too, and is refused what an update would be.
    """

    step: Step
    facts: tuple[str, ...]
    reads: bool = False


KINDS: Mapping[str, Kind] = {
    "Lint": Kind(lint, ("bases", "findings", "ignored"), reads=True),
    "ImageTest": Kind(image_test, ("answered",)),
    "Sbom": Kind(sbom, ("packages", "cyclonedx", "spdx")),
    "Scan": Kind(scan, ("checked", "findings", "notChecked", "waived"), reads=True),
    # These ask a registry that a preview may not reach.
    "ExternalScan": Kind(scan, ("checked", "findings", "notChecked", "waived")),
    "ExternalVerification": Kind(verification, ("signedBy",)),
    "Signature": Kind(signature, ("signedBy",)),
    "Verification": Kind(verification, ("signedBy",), reads=True),
    "Provenance": Kind(provenance, ("statement",)),
}
"""By the last part of the type's token."""


class SupplyChain(Provider):
    """Does a step when its inputs change, and nothing when they do not.

    What a step attached to an image stays with the image, whose registry knows when nobody uses it any more: so
    deleting a step only forgets it.
    """

    async def create(self, request: CreateRequest) -> CreateResponse:
        """Does a step for the first time; in a preview says what would be known after it."""
        facts = await _done(request.urn, request.properties, preview=request.preview)
        return CreateResponse(resource_id="" if request.preview else _name(request.urn), properties=facts)

    async def diff(self, request: DiffRequest) -> DiffResponse:
        """Says which inputs differ: a step is done again in its place, never replaced."""
        kind = _kind(request.urn)
        old, new = _told(kind, request.old_state), _told(kind, request.new_inputs)
        changed = [name for name in sorted(old.keys() | new.keys()) if old.get(name) != new.get(name)]
        return DiffResponse(
            changes=bool(changed),
            diffs=changed,
            detailed_diff={name: PropertyDiff(PropertyDiffKind.UPDATE, input_diff=True) for name in changed},
        )

    async def update(self, request: UpdateRequest) -> UpdateResponse:
        """Does a step again, with what changed."""
        facts = await _done(request.urn, request.news, preview=request.preview)
        return UpdateResponse(properties=facts)

    async def delete(self, request: DeleteRequest) -> None:
        """Forgets a step."""


async def _done(urn: str, inputs: Values, *, preview: bool) -> Values:
    kind = _kind(urn)
    told = _told(kind, inputs)
    if preview and (not kind.reads or any(_unknown(value) for value in told.values())):
        return {**told, **dict.fromkeys(kind.facts, PropertyValue(UNKNOWN))}
    facts = await asyncio.to_thread(_facts, urn, {name: plain(value) for name, value in told.items()})
    return {**told, **{name: packed(facts[name]) for name in kind.facts}}


def _facts(urn: str, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Does the work; what fails around it is told with the step and the image.

    Raises:
        RefusedError: the image is not let through.
        ToolchainError: something else failed; the next run does the step again.
    """
    doing = f"{_type(urn)} of {inputs.get('reference') or _name(urn)}"
    with explained(doing):
        try:
            return _kind(urn).step(inputs)
        except ToolchainError as error:
            raise ToolchainError(f"{doing} failed: {error.message}", error.mend) from error


def _told(kind: Kind, values: Values) -> Values:
    """What is put in, without what comes out."""
    return {name: _sent(value) for name, value in values.items() if name not in kind.facts}


def _sent(value: PropertyValue) -> PropertyValue:
    """A value as the engine sends and takes it: the SDK reads some unknown ones as `Computed`, and writes none."""
    content = value.value
    if isinstance(content, Mapping):
        content = {name: _sent(below) for name, below in content.items()}
    elif isinstance(content, tuple):
        content = [_sent(below) for below in content]
    elif isinstance(content, Computed):
        content = UNKNOWN
    return PropertyValue(content, value.is_secret, value.dependencies)


def _kind(urn: str) -> Kind:
    return KINDS[_type(urn)]


def _type(urn: str) -> str:
    return urn.split("::")[2].rpartition(":")[2]


def _name(urn: str) -> str:
    return urn.rpartition("::")[2]


def _unknown(value: PropertyValue) -> bool:
    content = value.value
    if isinstance(content, Mapping):
        return any(_unknown(below) for below in content.values())
    if isinstance(content, tuple):
        return any(_unknown(below) for below in content)
    return content == UNKNOWN


def plain(value: PropertyValue) -> Any:
    """A value as JSON has it; whole numbers as such."""
    content = value.value
    if isinstance(content, Mapping):
        return {name: plain(below) for name, below in content.items()}
    if isinstance(content, tuple):
        return [plain(below) for below in content]
    return int(content) if isinstance(content, float) and content.is_integer() else content


def packed(value: Any) -> PropertyValue:
    """What `plain` undoes."""
    if isinstance(value, Mapping):
        return PropertyValue({name: packed(below) for name, below in cast("Mapping[str, Any]", value).items()})
    if isinstance(value, list | tuple):
        return PropertyValue([packed(below) for below in cast("Sequence[Any]", value)])
    return PropertyValue(float(value) if isinstance(value, int) and not isinstance(value, bool) else value)
