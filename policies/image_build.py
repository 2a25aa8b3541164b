"""The Dockerfile of a program's image resource: where it is, and what the build gives it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path as File
from typing import cast

from policies.plain import UNKNOWN, Path

BUILDS = frozenset({"docker-build:index:Image", "docker:index/image:Image"})
"""The type tokens of resources that build an image."""

_MOST_BYTES = 2**20


@dataclass(frozen=True, slots=True)
class ImageBuild:
    """A build of an image.

    Attributes:
        text: The Dockerfile's text; None where it is not here to be read.
        at: Where the resource says what its Dockerfile is.
        arguments: The build's arguments.
        target: The stage that is built; None: the last.
    """

    text: str | None
    at: Path
    arguments: Mapping[str, object]
    target: str | None


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
    if resource_type == "docker-build:index:Image":
        dockerfile = _fields(inputs.get("dockerfile"))
        arguments, target = inputs.get("buildArgs"), inputs.get("target")
        inline, location, at = dockerfile.get("inline"), dockerfile.get("location"), ("dockerfile",)
        context = _fields(inputs.get("context")).get("location")
    else:
        build = _fields(inputs.get("build"))
        arguments, target = build.get("args"), build.get("target")
        inline, location, at = None, build.get("dockerfile"), ("build", "dockerfile")
        context = build.get("context")
    if inline:
        text: str | None = inline if isinstance(inline, str) else None
        at = (*at, "inline")
    else:
        at = (*at, "location") if at == ("dockerfile",) else at
        text = _read(location if location is not None else _below(context))
    return ImageBuild(text, at, _fields(arguments), target if isinstance(target, str) else None)


def _fields(value: object) -> dict[str, object]:
    return cast("dict[str, object]", value) if isinstance(value, dict) else {}


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
