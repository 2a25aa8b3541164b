"""Makes whole what a rule's case leaves out, since an API server asks for more than a rule does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from tests.cluster.support import Object

LABELS = {"app": "x"}
_LISTS = ("containers", "initContainers", "ephemeralContainers")
_SOURCES: dict[str, Object] = {
    "configMap": {"name": "x"},
    "secret": {"secretName": "x"},
    "hostPath": {"path": "/x"},
    "persistentVolumeClaim": {"claimName": "x"},
    "csi": {"driver": "x"},
    "nfs": {"server": "x", "path": "/"},
    "iscsi": {"targetPortal": "1.1.1.1", "iqn": "iqn.2001-04.com.example:x", "lun": 0},
    "image": {"reference": "x"},
    "ephemeral": {
        "volumeClaimTemplate": {
            "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
        }
    },
}


def complete(body: Object) -> Object:
    """The object with what an API server asks for beside what is there; changes it in place.

    Args:
        body: The object.

    Returns:
        The same object.
    """
    metadata = _within(body, "metadata")
    metadata["name"] = str(metadata.get("name") or "x").lower().replace("_", "-")
    kind = str(body.get("kind"))
    spec = body.get("spec")
    if kind == "Pod":
        _pod(_within(body, "spec"))
    elif kind in ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job"):
        _workload(_within(body, "spec"), kind)
    elif kind == "CronJob":
        spec = _within(body, "spec")
        spec.setdefault("schedule", "0 3 * * *")
        _workload(_within(_within(spec, "jobTemplate"), "spec"), "Job")
    elif kind == "Service" and isinstance(spec, dict) and cast(Object, spec).get("type") != "ExternalName":
        cast(Object, spec).setdefault("ports", [{"port": 80}])
    elif kind == "Ingress":
        _ingress(_within(body, "spec"))
    elif kind == "PersistentVolumeClaim":
        _claim(_within(body, "spec"))
    return body


def _within(body: Object, key: str) -> Object:
    if not isinstance(body.get(key), dict):
        body[key] = {}
    return body[key]


def _each(body: Object, key: str, make: Callable[[Object, int], None]) -> None:
    items = body.get(key)
    for number, item in enumerate(cast("list[Any]", items) if isinstance(items, list) else []):
        if isinstance(item, dict):
            make(cast(Object, item), number)


def _workload(spec: Object, kind: str) -> None:
    template = _within(spec, "template")
    labels = _within(_within(template, "metadata"), "labels")
    pod = _within(template, "spec")
    if kind == "Job":
        pod.setdefault("restartPolicy", "Never")
    elif "selector" not in spec:
        labels.update(LABELS)
        spec["selector"] = {"matchLabels": dict(LABELS)}
    if kind == "StatefulSet":
        spec.setdefault("serviceName", "x")

        def claim(template: Object, number: int) -> None:
            _within(template, "metadata").setdefault("name", f"claim{number}")
            _claim(_within(template, "spec"))

        _each(spec, "volumeClaimTemplates", claim)
    _pod(pod)


def _claim(spec: Object) -> None:
    spec.setdefault("accessModes", ["ReadWriteOnce"])
    _within(_within(spec, "resources"), "requests").setdefault("storage", "1Gi")


def _ingress(spec: Object) -> None:
    path = {"path": "/", "pathType": "Prefix", "backend": {"service": {"name": "x", "port": {"number": 80}}}}
    if not spec.get("rules") and not spec.get("defaultBackend"):
        spec["rules"] = [{"host": "x.example.com"}]

    def rule(body: Object, _: int) -> None:
        body.setdefault("http", {"paths": [dict(path)]})

    _each(spec, "rules", rule)


def _pod(spec: Object) -> None:
    if not spec.get("containers"):
        spec["containers"] = [{"name": "main", "image": "a"}]
    for key in _LISTS:
        _each(spec, key, _container)
    _security(spec)
    _each(spec, "volumes", _volume)
    volumes = cast("list[Object]", spec.get("volumes") or [])
    there = {str(each.get("name")) for each in volumes}
    mounted = {
        str(mount.get("name"))
        for key in _LISTS
        for body in cast("list[Object]", spec.get(key) or [])
        for mount in cast("list[Object]", body.get("volumeMounts") or [])
    }
    if mounted - there:
        spec["volumes"] = [*volumes, *({"name": name} for name in sorted(mounted - there))]


def _container(body: Object, number: int) -> None:
    body.setdefault("name", f"c{number}")
    body.setdefault("image", "a")
    for part in ("livenessProbe", "readinessProbe", "startupProbe"):
        _action(body.get(part))
    for part in ("postStart", "preStop"):
        _action(cast(Object, body.get("lifecycle") or {}).get(part))
    _each(body, "ports", _port)
    _each(body, "env", _variable)
    _each(body, "envFrom", _source)
    _each(body, "volumeMounts", _mount)
    _security(body)


def _security(body: Object) -> None:
    context = body.get("securityContext")
    if isinstance(context, dict):
        _profiles(cast(Object, context))
        _each(cast(Object, context), "sysctls", _sysctl)


def _sysctl(entry: Object, _: int) -> None:
    entry.setdefault("value", "1")


def _port(entry: Object, number: int) -> None:
    entry.setdefault("containerPort", 8000 + number)


def _source(entry: Object, _: int) -> None:
    for key in entry:
        _within(entry, key).setdefault("name", "x")


def _mount(entry: Object, number: int) -> None:
    entry.setdefault("name", "x")
    entry.setdefault("mountPath", f"/m{number}")


def _volume(body: Object, number: int) -> None:
    body.setdefault("name", f"v{number}")
    for source, fields in _SOURCES.items():
        if isinstance(body.get(source), dict):
            body[source] = {**fields, **body[source]}


def _action(probe: object) -> None:
    if isinstance(probe, dict):
        for action in ("httpGet", "tcpSocket"):
            if isinstance(probe.get(action), dict):
                cast(Object, probe)[action].setdefault("port", 80)


def _variable(entry: Object, number: int) -> None:
    entry.setdefault("name", f"V{number}")
    reference = cast(Object, entry.get("valueFrom") or {}).get("secretKeyRef")
    if isinstance(reference, dict):
        cast(Object, reference).setdefault("name", "x")
        cast(Object, reference).setdefault("key", "x")


def _profiles(context: Object) -> None:
    for key in ("seccompProfile", "appArmorProfile"):
        profile = context.get(key)
        if isinstance(profile, dict) and cast(Object, profile).get("type") == "Localhost":
            cast(Object, profile).setdefault("localhostProfile", "x")
