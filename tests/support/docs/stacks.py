"""A whole stack file around the piece of one that a page shows."""

from __future__ import annotations

import textwrap
from typing import Any, cast

import yaml

from components.spec.document import parse_value, read_text
from components.spec.loading import Loaded, load

FILE = "Pulumi.dev.yaml"

REST: dict[str, Any] = {
    "slipway:environment": {"tier": "dev", "namespace": "slipway-dev", "owner": "platform"},
    "slipway:target": {"kind": "render", "folder": ".rendered/dev"},
    "slipway:registry": {"address": "registry.example.com"},
    "slipway:workloads": {"python-api": {"image": {"build": {"folder": "images/python-api"}}}},
}
"""What a piece leaves out, in its smallest form."""


def around(piece: str) -> str:
    """A stack file with the piece right below `config:`, so that its first line is the file's second."""
    given = cast("dict[str, Any] | None", parse_value(piece)) or {}
    rest = {key: value for key, value in REST.items() if key not in given}
    return "config:\n" + textwrap.indent(piece + (yaml.safe_dump(rest, sort_keys=False) if rest else ""), "  ")


def loaded(piece: str) -> Loaded:
    """The settings of that stack file.

    Raises:
        SpecError: with everything that is wrong.
    """
    return load(read_text(FILE, around(piece)), {})
