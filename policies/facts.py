"""What rules that join objects keep of each: a few fields, so that all objects of a run fit into memory.

What is kept has the shape of the object that it is of, so that a join reads it as any rule reads an object. The values
of Secrets and ConfigMaps are never kept: only their keys.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, cast

from policies.plain import UNKNOWN, Path, Unknown
from policies.values.waiver import ANNOTATION
from policies.view import Body, Manifest, Pod, built_in

COLOURS = frozenset({"blue", "green"})
"""The values by which a label says which half of a release its pods are."""

_Tree = Mapping[str, "_Tree | _Each | str"]


@dataclass(frozen=True, slots=True)
class _Each:
    """What is kept of every item of a list; the items keep their places."""

    tree: _Tree


_ALL = "all"
"""Keep the value as it is."""

_KEYS = "keys"
"""Keep the keys of a mapping, and of each value only whether it is known."""

_BACKEND: _Tree = {"service": _ALL}
_PATHS: _Tree = {"paths": _Each({"path": _ALL, "backend": _BACKEND})}
_TARGET: _Tree = dict.fromkeys(("apiVersion", "kind", "name"), _ALL)

_KEPT: dict[str, _Tree] = {
    "ConfigMap": {"data": _KEYS, "binaryData": _KEYS},
    "LimitRange": {},
    "Namespace": {},
    "ResourceQuota": {},
    "Secret": {"data": _KEYS, "stringData": _KEYS, "type": _ALL},
    "Service": {
        "spec": {
            "selector": _ALL,
            "type": _ALL,
            "clusterIP": _ALL,
            "publishNotReadyAddresses": _ALL,
            "ports": _Each({"name": _ALL, "port": _ALL}),
        },
    },
    "ServiceAccount": {"automountServiceAccountToken": _ALL},
    "autoscaling/HorizontalPodAutoscaler": {
        "spec": {"scaleTargetRef": _TARGET, "minReplicas": _ALL, "metrics": _ALL},
    },
    "gateway.networking.k8s.io/HTTPRoute": {"spec": {"rules": _Each({"backendRefs": _ALL})}},
    "networking.k8s.io/Ingress": {
        "spec": {"defaultBackend": _BACKEND, "ingressClassName": _ALL, "rules": _Each({"host": _ALL, "http": _PATHS})},
    },
    "networking.k8s.io/NetworkPolicy": {
        "spec": dict.fromkeys(("podSelector", "policyTypes", "ingress", "egress"), _ALL),
    },
    "policy/PodDisruptionBudget": {"spec": {"minAvailable": _ALL, "selector": _ALL}},
    "autoscaling.k8s.io/VerticalPodAutoscaler": {
        "spec": {"targetRef": _TARGET, "updatePolicy": {"updateMode": _ALL}},
    },
    "bitnami.com/SealedSecret": {},
    "cert-manager.io/Certificate": {"spec": {"secretName": _ALL}},
    "external-secrets.io/ExternalSecret": {"spec": {"target": {"name": _ALL}}},
    "monitoring.coreos.com/ServiceMonitor": {
        "spec": {"selector": _ALL, "namespaceSelector": {"any": _ALL, "matchNames": _ALL}},
    },
}
"""The kinds that joins look at, beside those that carry pods, and the fields that are kept of them."""

CANARY = "nginx.ingress.kubernetes.io/canary"
"""The annotation of an Ingress that takes a part of the requests of another."""

_OF_METADATA: _Tree = dict.fromkeys(("name", "namespace", "labels"), _ALL) | {"annotations": {CANARY: _ALL}}
_OF_CARRIER: _Tree = {"spec": {"replicas": _ALL, "serviceName": _ALL}}
_OF_POD: _Tree = dict.fromkeys(
    ("serviceAccountName", "serviceAccount", "automountServiceAccountToken", "hostNetwork"), _ALL
)
_OF_CONTAINER: _Tree = {
    "name": _ALL,
    "image": _ALL,
    "restartPolicy": _ALL,
    "readinessProbe": _KEYS,
    "env": _Each({"valueFrom": {"secretKeyRef": _ALL, "configMapKeyRef": _ALL}}),
    "envFrom": _Each({"secretRef": _ALL, "configMapRef": _ALL}),
}

KINDS = frozenset(_KEPT)
"""The kinds that joins look at, beside those that carry pods."""


def fact(manifest: Manifest, namespace: str | None = None) -> Manifest | None:
    """What joins keep of an object.

    Args:
        manifest: The object.
        namespace: The namespace of an object that names none, where something else says it (a provider does).

    Returns:
        The object with few of its fields; None when no join looks at such an object.
    """
    tree = _KEPT.get(manifest.group_kind)
    if tree is None and not manifest.pods and (built_in(manifest.api_version) or not manifest.api_version):
        return None
    body = _kept(manifest.body, tree if tree is not None else _OF_CARRIER)
    body["metadata"] = _metadata(manifest.body.get("metadata"), namespace)
    kind, version = sys.intern(manifest.kind), sys.intern(manifest.api_version)
    return replace(manifest, kind=kind, api_version=version, body=body, pods=tuple(map(_pod, manifest.pods)))


def colour(metadata: Body | None) -> tuple[str, str] | Unknown | None:
    """The label by which pods say which half of a release they are, and its value; None for all others."""
    if isinstance(metadata, Unknown):
        return UNKNOWN
    labels = (metadata or {}).get("labels")
    values = cast("dict[str, object]", labels) if isinstance(labels, dict) else {}
    said = next(((key, value) for key, value in values.items() if isinstance(value, str) and value in COLOURS), None)
    return said or (UNKNOWN if labels is UNKNOWN or UNKNOWN in values.values() else None)


def _metadata(metadata: object, namespace: str | None) -> dict[str, object]:
    if metadata is UNKNOWN:
        return _unknown(_OF_METADATA)
    fields = cast("dict[str, object]", metadata) if isinstance(metadata, dict) else {}
    kept = _kept(fields, _OF_METADATA)
    if namespace:
        kept.setdefault("namespace", namespace)
    annotations = fields.get("annotations")
    if isinstance(annotations, dict):
        del kept["annotations"]
        every = cast("dict[str, object]", annotations)
        read = {key: value for key, value in every.items() if key == CANARY or key.startswith(ANNOTATION)}
        kept |= {"annotations": read} if read else {}
    return kept


def _pod(pod: Pod) -> Pod:
    if isinstance(colour(pod.metadata), tuple):
        # The halves of a release are compared with each other, field by field.
        return Pod(pod.path, pod.spec, pod.containers, _labels(pod.metadata))
    containers = tuple(
        replace(each, path=_one(each.path), body=_body(each.body, _OF_CONTAINER)) for each in pod.containers
    )
    return Pod(_one(pod.path), _body(pod.spec, _OF_POD), containers, _labels(pod.metadata))


@lru_cache(maxsize=4096)
def _one(path: Path) -> Path:
    """One and the same of all paths that are equal."""
    return path


def _labels(metadata: Body | None) -> Body:
    return metadata if isinstance(metadata, Unknown) else {"labels": _small((metadata or {}).get("labels"))}


def _body(body: Body, tree: _Tree) -> Body:
    return body if isinstance(body, Unknown) else _kept(body, tree)


def _kept(body: Mapping[str, object], tree: _Tree) -> dict[str, object]:
    made: dict[str, object] = {}
    for key, below in tree.items():
        value = body.get(key)
        if value is None:
            continue
        if value is UNKNOWN:
            made[key] = _unknown(below)
        elif below == _ALL:
            made[key] = _small(value)
        elif isinstance(below, _Each):
            if isinstance(value, list):
                made[key] = [_item(each, below.tree) for each in cast("list[object]", value)]
        elif isinstance(value, dict):
            inner = cast("dict[str, object]", value)
            made[key] = (
                _small({name: each if each is UNKNOWN else "" for name, each in inner.items()})
                if isinstance(below, str)
                else _kept(inner, below)
            )
    return made


_NOTHING: dict[str, object] = {}


def _item(item: object, tree: _Tree) -> object:
    if not isinstance(item, dict):
        return item if item is UNKNOWN else None
    return _kept(cast("dict[str, object]", item), tree) or _NOTHING


def _small(value: object) -> object:
    """A value with one of all texts and labels that are equal: what objects say of each other is said many times."""
    if isinstance(value, str):
        return sys.intern(value)
    if isinstance(value, dict):
        items = cast("dict[str, object]", value).items()
        if all(isinstance(item, _FLAT) for _, item in items):
            return _flat(tuple((sys.intern(key), item, item.__class__) for key, item in items))
        return {sys.intern(key): _small(item) for key, item in items}
    return [_small(item) for item in cast("list[object]", value)] if isinstance(value, list) else value


def _unknown(tree: _Tree | _Each | str) -> Any:
    """What is not known as a whole is so in each of the fields that a join reads."""
    return {key: _unknown(below) for key, below in tree.items()} if isinstance(tree, Mapping) else UNKNOWN


_FLAT = (str, int, float, bool)


@lru_cache(maxsize=4096)
def _flat(items: tuple[tuple[str, Any, type], ...]) -> dict[str, object]:
    """One and the same of all flat mappings that are equal, of the types of their values too; nobody changes them."""
    return {key: _small(value) for key, value, _ in items}
