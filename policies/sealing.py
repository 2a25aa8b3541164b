"""Keeps secrets recognisable inside the policy SDK, so that no message can quote one.

For a validation the SDK takes every secret out of its wrapper: a policy then sees its value as if it were an ordinary
one, and a name or a path made of it would be printed. Here the SDK's deserialiser is replaced by one that seals
secrets instead (`policies.plain` opens the seal and notes the path). Where a later SDK no longer has the place to do
that, `seal_secrets` says so, and messages leave out every name that comes from an object.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import pulumi_policy.policy as sdk

from policies.plain import SECRET_SIGNATURE, SIGNATURE, Sealed

_PLACE = "deserialize_properties"
_Deserialize = Callable[..., dict[str, object]]


def seal_secrets() -> bool:
    """Makes the SDK of this process seal secrets. A second call changes nothing.

    Returns:
        Whether secrets are recognisable from now on.
    """
    original = cast("_Deserialize | None", getattr(sdk, _PLACE, None))
    if original is None:
        return False
    if not isinstance(original, _Sealing):
        setattr(sdk, _PLACE, _Sealing(original))
    return True


class _Sealing:
    """The SDK's deserialiser, but for secrets."""

    def __init__(self, original: _Deserialize) -> None:
        self._original = original

    def __call__(self, props: dict[str, object], proxy_secrets: bool = False) -> dict[str, object]:
        if proxy_secrets:
            # For a remediation the SDK keeps secrets apart by itself.
            return self._original(props, proxy_secrets)
        return {key: self._value(value) for key, value in props.items()}

    def _value(self, value: object) -> object:
        kind = type(value)
        if kind is str or kind is float or kind is bool or value is None:
            return value
        if isinstance(value, list):
            return [self._value(item) for item in cast("list[object]", value)]
        if isinstance(value, dict):
            mapping = cast("dict[str, object]", value)
            signature = mapping.get(SIGNATURE)
            if signature is None:
                return {key: self._value(item) for key, item in mapping.items()}
            if signature == SECRET_SIGNATURE:
                return Sealed(self._value(mapping.get("value")))
            # An asset, an archive, or what this SDK makes of a signature that it does not know.
            return self._original({"it": mapping})["it"]
        return value
