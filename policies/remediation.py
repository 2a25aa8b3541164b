"""Mends resources for the engine: what `policies.mending` does to plain values, done to those of the policy SDK.

The SDK wraps what it hands to a remediation so that reading loses what is secret, and a mapping that is built anew
from it would be written to the state in plain text. So the wrapping is taken off, only the places that differ are
changed, and everything else goes back as the object that came: secrets sealed, unknown values as their sentinels.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

from pulumi_policy import Secret

from policies.mending import Mender, Wanted, with_part
from policies.plain import Sealed, plain
from policies.view import resource_manifests


def remediated(
    resource_type: str, props: Mapping[str, object], mender: Mender, wanted: Wanted
) -> dict[str, object] | None:
    """Mends a resource.

    Args:
        resource_type: Its type token.
        props: Its inputs, as the SDK hands them to a remediation.
        mender: The mendings.
        wanted: Whether a finding is to be mended.

    Returns:
        The inputs with what is mended, for the SDK; None when nothing is.
    """
    raw = cast("dict[str, object]", _unwrapped(props))
    body, secrets = plain(_sealed(raw))
    old = new = cast("dict[str, object]", body)
    for manifest in resource_manifests(resource_type, old, secrets):
        changed, mended = mender.mend(manifest, wanted)
        if mended:
            new = cast("dict[str, object]", with_part(new, manifest.path, changed.body))
    return None if new is old else cast("dict[str, object]", _merged(raw, old, new))


def _unwrapped(value: object) -> object:
    """The SDK's own values, without their proxies: mappings, lists, `Secret`s and what is in them."""
    if isinstance(value, dict):
        return {key: _unwrapped(item) for key, item in cast("dict[str, object]", value).items()}
    if isinstance(value, list):
        return [_unwrapped(item) for item in cast("list[object]", value)]
    if isinstance(value, Mapping | Sequence) and not isinstance(value, str | bytes | bytearray):
        return _unwrapped(cast("Mapping[str, object]", value)["__target"])
    return value


def _sealed(value: object) -> object:
    if isinstance(value, Secret):
        return Sealed(_sealed(_unwrapped(value.value)))
    if isinstance(value, dict):
        return {key: _sealed(item) for key, item in cast("dict[str, object]", value).items()}
    if isinstance(value, list):
        return [_sealed(item) for item in cast("list[object]", value)]
    return value


def _merged(raw: object, old: object, new: object) -> object:
    """The SDK's value with what differs between two plain ones."""
    if old == new:
        return raw
    if isinstance(raw, dict) and isinstance(old, dict) and isinstance(new, dict):
        came = cast("dict[str, object]", raw)
        before, after = cast("dict[str, object]", old), cast("dict[str, object]", new)
        return {key: _merged(came[key], before[key], item) if key in before else item for key, item in after.items()}
    if isinstance(raw, list) and isinstance(old, list) and isinstance(new, list):
        items = cast("list[object]", raw)
        beside, wanted = cast("list[object]", old), cast("list[object]", new)
        return [*(_merged(*each) for each in zip(items, beside, wanted, strict=False)), *wanted[len(items) :]]
    return new
