"""Definitions of kinds that a cluster has only where somebody installed them, closed to what they do not name."""

from __future__ import annotations

from typing import Any, Literal

Schema = dict[str, Any]
TEXT: Schema = {"type": "string"}
FLAG: Schema = {"type": "boolean"}
COUNT: Schema = {"type": "integer", "minimum": 0}


def shaped(*required: str, **properties: Schema) -> Schema:
    """An object with these fields, some of which must be there."""
    return {"type": "object", "properties": properties, **({"required": list(required)} if required else {})}


def listing(items: Schema) -> Schema:
    """A list with one entry at least."""
    return {"type": "array", "items": items, "minItems": 1}


def definition(
    kind: str,
    group: str,
    version: str,
    plural: str,
    spec: Schema,
    scope: Literal["Cluster", "Namespaced"] = "Cluster",
    status: Schema | None = None,
) -> dict[str, Any]:
    """A CustomResourceDefinition with these facts."""
    schema = shaped(spec=spec, **({"status": status} if status else {}))
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        # Without the annotation, no group of Kubernetes' own is taken.
        "metadata": {
            "name": f"{plural}.{group}",
            "annotations": {"api-approved.kubernetes.io": "unapproved, of a test"},
        },
        "spec": {
            "group": group,
            "scope": scope,
            "names": {"kind": kind, "plural": plural, "singular": kind.lower()},
            "versions": [
                {"name": version, "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}},
            ],
        },
    }
