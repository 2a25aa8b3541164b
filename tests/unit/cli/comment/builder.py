"""Recorded previews for the comment's tests, written as short as they can be."""

from __future__ import annotations

import json
from typing import Any

from cli.comment.preview import Preview, read_preview
from cli.recording import document

SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "[secret]"}
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
COMMIT = "0123456789abcdef0123456789abcdef01234567"
TIME = "2026-11-22T10:00:00+00:00"


def urn(kind: str, name: str) -> str:
    return f"urn:pulumi:prod::slipway::slipway:index:Workload${kind}::{name}"


def step(
    op: str,
    kind: str,
    name: str,
    old: dict[str, Any] | None = None,
    new: dict[str, Any] | None = None,
    *,
    diff: dict[str, str] | None = None,
    protect: bool = False,
) -> dict[str, Any]:
    """The event that announces one resource's change."""

    def state(inputs: dict[str, Any] | None) -> dict[str, Any] | None:
        return None if inputs is None else {"custom": True, "protect": protect, "inputs": inputs}

    detailed = {path: {"diffKind": of, "inputDiff": True} for path, of in (diff or {}).items()}
    metadata = {"op": op, "urn": urn(kind, name), "type": kind, "old": state(old), "new": state(new)}
    return {"resourcePreEvent": {"metadata": {**metadata, "detailedDiff": detailed}}}


def finding(level: str, message: str, kind: str = "kubernetes:apps/v1:Deployment", name: str = "api") -> dict[str, Any]:
    described = f"Workload guardrails whose own level is {level}.\n{message}"
    return {
        "policyEvent": {
            "resourceUrn": urn(kind, name),
            "message": described,
            "policyName": f"workloads-{level}",
            "enforcementLevel": level,
        }
    }


def diagnostic(severity: str, message: str, about: str = "") -> dict[str, Any]:
    return {"diagnosticEvent": {"severity": severity, "message": message, "urn": about}}


def preview(*events: dict[str, Any], stack: str = "prod", error: str | None = None, cost: str = "") -> Preview:
    written = document(stack=stack, commit=COMMIT, time=TIME, error=error, events=events, cost=cost)
    return read_preview(json.dumps(written), f"{stack}.json")


def deployment(name: str, **pod: Any) -> dict[str, Any]:
    """The inputs of a Deployment; `pod` goes into its container."""
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": "shop"},
        "spec": {"replicas": 2, "template": {"spec": {"containers": [{"name": name, **pod}]}}},
    }
