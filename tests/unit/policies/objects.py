"""Kubernetes objects to test rules with, and ways to take them apart."""

import copy
from collections.abc import Iterator
from typing import Any, cast

from policies.catalogue import POD_RULES, parameters
from policies.evaluate import compile_rules, evaluate
from policies.finding import Finding
from policies.plain import SIGNATURE, Path, plain
from policies.view import resource_manifests

Json = dict[str, Any]

DIGEST = "sha256:" + "0123456789abcdef" * 4
IMAGE = f"registry.example.com/slipway/app:1.4.2@{DIGEST}"
PARAMETERS: Json = {
    **{name: parameter.default for name, parameter in parameters(POD_RULES).items()},
    "allowedRegistries": ["registry.example.com/slipway"],
}

FIRST_RULES = (
    "run-as-non-root",
    "run-as-user-zero",
    "cpu-limit",
    "memory-limit",
    "cpu-request",
    "memory-request",
    "image-tag",
    "image-digest",
    "image-registry",
)
FIRST = {rule_id: POD_RULES[rule_id] for rule_id in FIRST_RULES}
"""The rules that the objects here are made for; `cases` holds objects for each rule."""


def good_container(name: str = "app", **fields: Any) -> Json:
    """A container that passes every rule by itself."""
    return {
        "name": name,
        "image": IMAGE,
        "resources": {"requests": {"cpu": "250m", "memory": "256Mi"}, "limits": {"cpu": "1", "memory": "512Mi"}},
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": 10001,
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
        },
        **fields,
    }


def good_pod_spec() -> Json:
    """A pod's spec that passes every rule, with a container in each of the three lists."""
    ephemeral = good_container("debug")
    del ephemeral["resources"]
    return {
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": 10001,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [good_container("app"), good_container("side")],
        "initContainers": [good_container("setup")],
        "ephemeralContainers": [ephemeral],
    }


def bad_pod_spec() -> Json:
    """A pod's spec in which every container violates every rule that looks at it."""
    bad = {
        "image": "docker.io/library/nginx:latest",
        "resources": {"requests": {"cpu": "0", "memory": "-1"}, "limits": {"cpu": "none", "memory": "0Gi"}},
        "securityContext": {
            "runAsNonRoot": False,
            "runAsUser": 0,
            "allowPrivilegeEscalation": True,
            "capabilities": {"drop": ["NONE"]},
        },
    }
    return {
        "securityContext": {"runAsNonRoot": False, "runAsUser": 0, "seccompProfile": {"type": "Unconfined"}},
        "containers": [{"name": "app", **bad}, {"name": "side", **copy.deepcopy(bad)}],
        "initContainers": [{"name": "setup", **copy.deepcopy(bad)}],
        "ephemeralContainers": [{"name": "debug", **copy.deepcopy(bad)}],
    }


def deployment(spec: Json) -> Json:
    """A Deployment of such pods."""
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "shop", "namespace": "front"},
        "spec": {"replicas": 2, "template": {"metadata": {"labels": {"app": "shop"}}, "spec": spec}},
    }


def token(body: Json) -> str:
    """The Pulumi type of an object."""
    api_version = body["apiVersion"]
    return f"kubernetes:{api_version if '/' in api_version else f'core/{api_version}'}:{body['kind']}"


def nodes(value: Any, at: Path = ()) -> Iterator[Path]:
    """The paths of everything in a value, mappings and lists included, the value itself and what is secret left out."""
    items: list[tuple[str | int, Any]] = []
    if isinstance(value, dict) and SIGNATURE not in value:
        items = list(cast("Json", value).items())
    elif isinstance(value, list):
        items = list(enumerate(cast("list[Any]", value)))
    for key, item in items:
        yield (*at, key)
        yield from nodes(item, (*at, key))


def at(value: Any, path: Path) -> Any:
    """What is at a path."""
    for step in path:
        value = value[step]
    return value


def replaced(value: Json, path: Path, new: Any) -> Json:
    """A copy with something else at a path."""
    made = copy.deepcopy(value)
    at(made, path[:-1])[path[-1]] = new
    return made


def findings(
    body: Any, resource_type: str = "kubernetes:apps/v1:Deployment", rules: tuple[str, ...] = (), **settings: Any
) -> list[Finding]:
    """What the rules find in an object (plain or proxied)."""
    chosen = [POD_RULES[rule_id] for rule_id in rules or FIRST_RULES]
    compiled = compile_rules(chosen, {**PARAMETERS, **settings})
    made, secrets = plain(body)
    return [
        finding
        for manifest in resource_manifests(resource_type, cast("dict[str, object]", made), secrets)
        for finding in evaluate(manifest, compiled)
    ]


def violations(body: Json, rule: str, **settings: Any) -> list[str]:
    """The paths at which a rule is violated in an object."""
    found = findings(body, token(body), (rule,), **settings)
    assert all(finding.verdict == "violation" for finding in found)
    return [finding.where() for finding in found]


def pod(spec: Json) -> Json:
    """A bare Pod."""
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": spec}
