"""The shape of a Kubernetes object as plain data."""

from typing import Any

Manifest = dict[str, Any]
"""A Kubernetes object with camelCase keys, complete with `apiVersion`, `kind` and `metadata.name`."""

Leaf = Any
"""A value that may come from another resource, such as a digest: passed through as it is, never looked into."""


def manifest(api_version: str, kind: str, metadata: dict[str, Any], **fields: Any) -> Manifest:
    """An object of a kind; fields that are None are left out."""
    given = {name: value for name, value in fields.items() if value is not None}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **given}
