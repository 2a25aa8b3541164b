"""The Dockerfile of a program's image resource: where it is, and what the build gives it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path as File
from typing import cast

from policies.plain import UNKNOWN, Path, Unknown

BUILDS = frozenset({"docker-build:index:Image", "docker:index/image:Image"})
"""The type tokens of resources that build an image."""

_MOST_BYTES = 2**20


@dataclass(frozen=True, slots=True)
class ImageBuild:
    """A build of an image.

    Attributes:
        text: The Dockerfile's text; None where it is not here to be read.
        at: Where the resource says what its Dockerfile is.
        arguments: The build's arguments, or nothing known of them.
        target: The stage that is built, or nothing known of it; None: the last.
    """

    text: str | None
    at: Path
    arguments: Mapping[str, object] | Unknown
    target: str | Unknown | None


def image_build(resource_type: str, inputs: Mapping[str, object]) -> ImageBuild | None:
    """Finds the Dockerfile of a resource.

    Args:
        resource_type: Its type token.
        inputs: Its plain inputs.

    Returns:
        The build; None for a resource that builds nothing.
    """
    if resource_type not in BUILDS:
        return None
    newer = resource_type == "docker-build:index:Image"
    inline = _at(inputs, "dockerfile", "inline") if newer else None
    location = _at(inputs, *(("dockerfile", "location") if newer else ("build", "dockerfile")))
    context = _at(inputs, *(("context", "location") if newer else ("build", "context")))
    arguments = _at(inputs, *(("buildArgs",) if newer else ("build", "args")))
    target = _at(inputs, *(("target",) if newer else ("build", "target")))
    at: Path = ("dockerfile", "inline" if inline else "location") if newer else ("build", "dockerfile")
    if inline:
        text = inline if isinstance(inline, str) else None
    else:
        text = _read(location if location is not None else _below(context))
    return ImageBuild(
        text,
        at,
        cast("dict[str, object]", arguments) if isinstance(arguments, dict | Unknown) else {},
        target if isinstance(target, str | Unknown) else None,
    )


def _at(value: object, *path: str) -> object:
    """What is at a path below a value; nothing known where that is so on the way there."""
    if not path:
        return value
    if isinstance(value, Mapping):
        return _at(cast("Mapping[str, object]", value).get(path[0]), *path[1:])
    return UNKNOWN if value is UNKNOWN else None


def _below(context: object) -> object:
    return context if context is UNKNOWN else f"{context or '.'}/Dockerfile"


def _read(location: object) -> str | None:
    """A file's text; None where there is none to be read (it is elsewhere, not made yet, or too large)."""
    if not isinstance(location, str) or "://" in location:
        return None
    try:
        with File(location).open("rb") as stream:
            data = stream.read(_MOST_BYTES + 1)
        return data.decode() if len(data) <= _MOST_BYTES else None
    except (OSError, ValueError):
        return None
