"""Places in plain values of mappings and lists: what stands at one, and all that there are."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any, cast

from components.spec.refusal import Path

ABSENT = object()
"""Stands for a value that is not there: None is one that may be."""


def child(value: object, part: str | int) -> Any:
    """What a mapping or a list holds under a key or at a position, or `ABSENT`."""
    if isinstance(value, Mapping):
        return cast("Mapping[Any, Any]", value).get(part, ABSENT)
    if isinstance(value, list) and isinstance(part, int) and part < len(cast("list[Any]", value)):
        return cast("list[Any]", value)[part]
    return ABSENT


def at(value: object, path: Path) -> Any:
    """What stands at a path, or `ABSENT`."""
    for part in path:
        value = child(value, part)
    return value


def leaves(value: object, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every plain value with its path, in order; an empty mapping or list counts as one."""
    below: Collection[tuple[str | int, Any]] = ()
    if isinstance(value, Mapping):
        below = cast("Mapping[str, Any]", value).items()
    elif isinstance(value, list):
        below = list(enumerate(cast("list[Any]", value)))
    if not below:
        yield path, value
    for key, under in below:
        yield from leaves(under, (*path, key))
