"""Records the digests that one stack runs as those that another may run: `promotions/<to>.yaml`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from cli.failures import BadInputError
from cli.plain import mapping
from components.spec.image import PromoteImage
from components.spec.promotion import promoted_name
from components.spec.settings import Settings

_REFERENCE = re.compile(r"\S+@(sha256:[0-9a-f]{64})")


def wanted_images(settings: Settings, source: str) -> list[str]:
    """The images that these settings promote from the stack `source`."""
    sources = ((name, image.source) for name, image in settings.images.items())
    return sorted(
        promoted_name(name, image)
        for name, image in sources
        if isinstance(image, PromoteImage) and image.source == source
    )


def digests(images: Mapping[str, Any], wanted: Sequence[str], source: str) -> dict[str, str]:
    """The digests of the wanted images, from a stack's output `images`.

    Raises:
        BadInputError: the stack runs no such image, or its output names no digest.
    """
    found: dict[str, str] = {}
    for name in wanted:
        reference = _REFERENCE.fullmatch(str(images.get(name, "")))
        if reference is None:
            known = ", ".join(sorted(images)) or "none"
            raise BadInputError(
                f"stack {source!r} runs no image {name!r} by digest\n  allowed: its images: {known}\n"
                f"  mend: bring {source!r} up first (`slipway up -s {source}`), or correct the name"
            )
        found[name] = reference[1]
    return found


def recorded(text: str, source: str, promoted: Mapping[str, str]) -> str:
    """The record's new text: `promoted` put under `source`, everything else and the comment above it kept."""
    comment = re.match(r"(?:[ \t]*(?:#[^\n]*)?\n)*", text)
    content = mapping(yaml.safe_load(text))
    content[source] = {**mapping(content.get(source)), **promoted}
    return (comment[0] if comment else "") + yaml.safe_dump(content, sort_keys=True, width=200)
