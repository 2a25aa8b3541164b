"""A program's resource as an object that rules can look at: what the program says of it, and how it is to be treated.

The object has `inputs`, `options`, and its `type`. A secret in the inputs is in its wrapper (`policies.plain.Sealed`),
so that a rule can tell it from what stands there in plain text.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from policies.plain import Path, Sealed
from policies.view import Manifest


def resource_object(
    resource_type: str, inputs: dict[str, object], secrets: frozenset[Path], options: Mapping[str, object]
) -> Manifest:
    """Makes an object of a resource.

    Args:
        resource_type: Its type token, which becomes the object's kind.
        inputs: Its plain inputs.
        secrets: Paths of secret values in them.
        options: How the program wants it treated: `protect`, `ignoreChanges`, `retainOnDelete`.

    Returns:
        The object.
    """
    wrapped: object = inputs
    for path in sorted(secrets, key=len):
        wrapped = _wrapped(wrapped, path)
    body: dict[str, object] = {"type": resource_type, "inputs": wrapped, "options": dict(options)}
    return Manifest("", resource_type, (), body, (), secrets=frozenset(("inputs", *path) for path in secrets))


def _sealed(value: object) -> object:
    """Every leaf of a value in a wrapper: what is secret keeps its shape."""
    if isinstance(value, dict):
        return {key: _sealed(item) for key, item in cast("dict[str, object]", value).items()}
    if isinstance(value, list):
        return [_sealed(item) for item in cast("list[object]", value)]
    return value if isinstance(value, Sealed) else Sealed(value)


def _wrapped(value: object, path: Path) -> object:
    """A value with what is at a path in a wrapper; only what is on the way there is copied."""
    if not path:
        return _sealed(value)
    if isinstance(value, dict):
        fields = cast("dict[str, object]", value)
        return {**fields, str(path[0]): _wrapped(fields.get(str(path[0])), path[1:])}
    if isinstance(value, list):
        items = list(cast("list[object]", value))
        items[int(path[0])] = _wrapped(items[int(path[0])], path[1:])
        return items
    return value
