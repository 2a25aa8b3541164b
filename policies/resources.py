"""Pulumi resources in JSON: states (`pulumi stack export`) and previews (`pulumi preview --json`)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import cast

from policies.plain import SECRET_SIGNATURE, SENTINELS, SIGNATURE

_OPAQUE = frozenset({"kubernetes:helm.sh/v3:Release"})
_MASK = "[secret]"
_UNKNOWN = next(iter(sorted(SENTINELS)))
_GONE = frozenset({"delete", "delete-replaced", "read-discard", "discard-replaced"})


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource of a program.

    Attributes:
        type: Its type token.
        urn: Its URN.
        inputs: What the program says of it, in the protocol's form.
        options: What the program says of how to treat it: `protect`, `ignoreChanges`, `retainOnDelete`, …
    """

    type: str
    urn: str
    inputs: Mapping[str, object]
    options: Mapping[str, object] = field(default_factory=dict[str, object])

    @property
    def name(self) -> str:
        """Its name in the program."""
        return self.urn.rpartition("::")[2]


def brings_objects(resource_type: str) -> bool:
    """Whether a resource of this type brings Kubernetes objects that the program does not show (a Helm release)."""
    return resource_type in _OPAQUE


def resources(body: object) -> Iterator[tuple[int, Resource]] | None:
    """Takes a state or a preview apart.

    Args:
        body: A document.

    Returns:
        The resources with their numbers; None when the document is neither a state nor a preview.
    """
    if not isinstance(body, dict):
        return None
    document = cast("dict[str, object]", body)
    deployment = document.get("deployment")
    if isinstance(deployment, dict) and "version" in document:
        states = cast("dict[str, object]", deployment).get("resources")
        return _read(cast("list[object]", states) if isinstance(states, list) else [])
    steps = document.get("steps")
    if isinstance(steps, list) and "apiVersion" not in document:
        return _read([_new_state(step) for step in cast("list[object]", steps)])
    return None


def is_preview(body: object) -> bool:
    """Whether a document is a preview: it holds what changes, and leaves out what stays as it is."""
    return isinstance(body, dict) and "steps" in body


def _new_state(step: object) -> object:
    if not isinstance(step, dict):
        return None
    fields = cast("dict[str, object]", step)
    return None if fields.get("op") in _GONE else fields.get("newState")


def _read(states: list[object]) -> Iterator[tuple[int, Resource]]:
    for index, state in enumerate(states):
        if not isinstance(state, dict):
            continue
        fields = cast("dict[str, object]", state)
        kind, urn, inputs = fields.get("type"), fields.get("urn"), fields.get("inputs")
        if isinstance(kind, str) and isinstance(urn, str) and not fields.get("delete"):
            readable = _readable(cast("dict[str, object]", inputs)) if isinstance(inputs, dict) else None
            options = {key: value for key, value in fields.items() if key not in ("inputs", "outputs")}
            yield index, Resource(kind, urn, cast("dict[str, object]", readable or {}), options)


def _readable(value: object) -> object:
    """The value with secrets in the form that `policies.plain` knows: shown, masked, or encrypted."""
    if isinstance(value, dict):
        mapping = cast("dict[str, object]", value)
        if mapping.get(SIGNATURE) == SECRET_SIGNATURE:
            shown = mapping.get("plaintext")
            return {**mapping, "value": _shown(shown)} if isinstance(shown, str) else mapping
        return {key: _readable(item) for key, item in mapping.items()}
    if isinstance(value, list):
        return [_readable(item) for item in cast("list[object]", value)]
    return {SIGNATURE: SECRET_SIGNATURE, "value": _UNKNOWN} if value == _MASK else value


def _shown(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return text
