"""Turns whatever a resource's properties arrive as into plain values, and remembers what was unknown or secret.

The policy SDK hands out proxies that are neither `dict` nor `list`, makes every number a float, raises on a value that
is not known during a preview, and shows secrets in the clear. Rules must not have to know: here a mapping becomes a
`dict`, a sequence a `list`, an integral float an `int`, an unknown value the one object `UNKNOWN`, and a secret its
value with its path noted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

Path = tuple[str | int, ...]
"""Where a value is, from the top of its object: `("spec", "containers", 0, "image")`."""


class Unknown:
    """The type of `UNKNOWN`: a value that only an update can know."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = Unknown()

SENTINELS = frozenset(
    {
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # bool
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # number
        "04da6b54-80e4-46f7-96ec-b56ff0331ba9",  # string
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # list
        "030794c1-ac77-496b-92df-f27374a8bd58",  # asset
        "e48ece36-62e2-4504-bad9-02848725956a",  # archive
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # object
    }
)
"""The texts that stand for an unknown value in Pulumi's protocol, one for each type."""

SIGNATURE = "4dabf18193072939515e22adb298388d"
"""The key by which Pulumi's protocol marks a mapping as something else."""

SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 (a published constant of the protocol)
"""What stands under `SIGNATURE` when that something is a secret."""


# Where the SDK's proxies are from, and the key under which one hands out what it wraps. Without them values are asked
# for one by one, which takes several times as long.
_PROXIES = "pulumi_policy.proxy"
_TARGET = "__target"


# One for all: Python makes every empty one anew, and there is one for each object.
_NO_SECRETS: Final[frozenset[Path]] = frozenset()


class Sealed:
    """A secret that travels through the SDK's proxies in one piece (they look into lists and mappings only).

    Attributes:
        value: What is secret.
    """

    __slots__ = ("value",)

    def __init__(self, value: object) -> None:
        self.value = value


def plain(value: object) -> tuple[object, frozenset[Path]]:
    """Makes a value plain.

    Args:
        value: A plain value, a proxy of the policy SDK, or a value in the form of Pulumi's protocol.

    Returns:
        The plain value (`dict`, `list`, `str`, `int`, `float`, `bool`, `None`, `UNKNOWN`, or an object that is none
        of these, such as an asset, as it came), and the paths of what is secret.
    """
    secrets: list[Path] = []
    return _plain(value, secrets), frozenset(secrets) if secrets else _NO_SECRETS


def _plain(value: object, secrets: list[Path]) -> object:
    kind = type(value)
    if kind is str:
        return UNKNOWN if value in SENTINELS else value
    if kind is dict:
        return _plain_mapping(cast("dict[object, object]", value), secrets)
    if kind is list:
        return _plain_items(cast("list[object]", value), secrets)
    if kind is float:
        number = cast("float", value)
        return int(number) if number.is_integer() else number
    if value is None or kind is bool or kind is int:
        return value
    return _plain_other(value, secrets)


def _plain_other(value: object, secrets: list[Path]) -> object:
    if isinstance(value, Sealed):
        return _plain_secret(value.value, secrets)
    if isinstance(value, str):
        return _plain(str(value), secrets)
    inside = _inside(value)
    if inside is not None:
        return _plain(inside, secrets)
    if isinstance(value, Mapping):
        mapping = cast("Mapping[object, object]", value)
        return _plain_mapping({key: _item(mapping, key) for key in mapping}, secrets)
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        sequence = cast("Sequence[object]", value)
        return _plain_items([_item(sequence, index) for index in range(len(sequence))], secrets)
    return value


def _inside(value: Any) -> object:
    """The `dict` or `list` in a proxy of the policy SDK, unknown values still as sentinels; None for all else."""
    if type(value).__module__ != _PROXIES:
        return None
    try:
        return value[_TARGET]
    except Exception:
        return None


def _plain_mapping(mapping: dict[object, object], secrets: list[Path]) -> object:
    if mapping.get(SIGNATURE) == SECRET_SIGNATURE:
        # A state file holds secrets as cipher text: secret, and unknown.
        return _plain_secret(mapping.get("value", UNKNOWN), secrets)
    made: dict[str, object] = {}
    for key, item in mapping.items():
        before = len(secrets)
        name = key if isinstance(key, str) else str(key)
        made[name] = _plain(item, secrets)
        if len(secrets) > before:
            secrets[before:] = [(name, *path) for path in secrets[before:]]
    return made


def _plain_items(items: list[object], secrets: list[Path]) -> list[object]:
    made: list[object] = []
    for index, item in enumerate(items):
        before = len(secrets)
        made.append(_plain(item, secrets))
        if len(secrets) > before:
            secrets[before:] = [(index, *path) for path in secrets[before:]]
    return made


def _plain_secret(value: object, secrets: list[Path]) -> object:
    made = _plain(value, [])
    secrets.append(())
    return made


def _item(container: Mapping[object, object] | Sequence[object], key: object) -> object:
    try:
        return container[key]  # type: ignore[index] # the key comes from the container itself
    except Exception as error:
        # The SDK's `UnknownValueError`, known by what it carries: this module must not need the SDK.
        if hasattr(error, "unknown_type_sentinel"):
            return UNKNOWN
        raise
