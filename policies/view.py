"""What rules look at: a Kubernetes object with the pods it carries and their containers, wherever they are.

The pod template is found in every kind that has one: by a table for Kubernetes' own kinds, and for custom resources
(Argo Rollouts, KServe, Ray, LeaderWorkerSet, Kubeflow, Knative, Volcano, and what comes next) by its shape: a mapping
that holds a list of containers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, cached_property, lru_cache
from typing import Literal, cast

from policies.names import metadata_text, shown
from policies.plain import UNKNOWN, Path, Unknown

Role = Literal["container", "init", "sidecar", "ephemeral"]
"""What a container is to its pod. A sidecar is an init container with `restartPolicy: Always`."""

Body = dict[str, object] | Unknown
"""A plain mapping, or nothing known of it."""


@dataclass(frozen=True, slots=True)
class Container:
    """One container of a pod.

    Attributes:
        role: Which of the pod's lists it is in.
        path: Where it is, from the top of the object.
        body: Its fields.
        partial: Whether a field that is missing here may be stated elsewhere.
    """

    role: Role
    path: Path
    body: Body
    partial: bool = False


@dataclass(frozen=True, slots=True)
class Pod:
    """One pod template, or the pod itself.

    Attributes:
        path: Where its spec is, from the top of the object.
        spec: The pod's spec.
        containers: All its containers, in the order: containers, init, ephemeral.
        metadata: The pod's own metadata, which is beside its spec.
    """

    path: Path
    spec: Body
    containers: tuple[Container, ...]
    metadata: Body | None = None


@dataclass(frozen=True)
class Manifest:
    """One Kubernetes object.

    Attributes:
        api_version: `apps/v1`; empty when the object does not say.
        kind: `Deployment`, without the `Patch` of the form.
        path: Where it is in what was given: `()` or `("items", 2)`.
        body: Its fields.
        pods: The pods it carries.
        partial: Whether it is a patch: a field that is missing keeps the value it has in the cluster.
        secrets: Paths of secret values, from the top of the object.
    """

    api_version: str
    kind: str
    path: Path
    body: dict[str, object]
    pods: tuple[Pod, ...]
    partial: bool = False
    secrets: frozenset[Path] = frozenset()

    @property
    def group_kind(self) -> str:
        """The kind with its API group, without a version: `apps/Deployment`; a core kind stands alone: `Service`."""
        group = self.api_version.rpartition("/")[0]
        return f"{group}/{self.kind}" if group else self.kind

    @cached_property
    def name(self) -> str | None:
        """Its name in Kubernetes, as a message may say it; see `policies.names.shown`."""
        return shown(metadata_text(self.body, "name"), ("metadata", "name"), self.secrets)

    @cached_property
    def namespace(self) -> str | None:
        """Its namespace in Kubernetes, as a message may say it; None when it is left to the cluster."""
        return shown(metadata_text(self.body, "namespace"), ("metadata", "namespace"), self.secrets)


_TEMPLATE = ("spec", "template", "spec")
_CARRIERS: dict[str, tuple[str, ...]] = {
    "Pod": ("spec",),
    "PodTemplate": ("template", "spec"),
    "ReplicationController": _TEMPLATE,
    "Deployment": _TEMPLATE,
    "ReplicaSet": _TEMPLATE,
    "StatefulSet": _TEMPLATE,
    "DaemonSet": _TEMPLATE,
    "Job": _TEMPLATE,
    "CronJob": ("spec", "jobTemplate", *_TEMPLATE),
}
_CARRIER_GROUPS = frozenset({"", "apps", "batch", "extensions"})
_OTHER_BUILT_IN_GROUPS = frozenset(
    {
        "autoscaling",
        "policy",
        *(
            f"{group}.k8s.io"
            for group in (
                "admissionregistration",
                "apiextensions",
                "apiregistration",
                "authentication",
                "authorization",
                "certificates",
                "coordination",
                "discovery",
                "events",
                "flowcontrol.apiserver",
                "internal.apiserver",
                "networking",
                "node",
                "rbac.authorization",
                "resource",
                "scheduling",
                "storage",
                "storagemigration",
            )
        ),
    }
)
_LISTS: tuple[tuple[str, Role], ...] = (
    ("containers", "container"),
    ("initContainers", "init"),
    ("ephemeralContainers", "ephemeral"),
)
_LIST_KEYS = frozenset(key for key, _ in _LISTS)
# Deeper than any pod template known; a bound on what a hostile document can cost.
_MAX_DEPTH = 40


def manifests(body: dict[str, object], secrets: frozenset[Path] = frozenset()) -> Iterator[Manifest]:
    """Takes a plain object apart; a list becomes its items.

    Args:
        body: A plain Kubernetes object (see `policies.plain`).
        secrets: Paths of secret values in it.

    Yields:
        Each object, with its pods.
    """
    yield from _manifests(_text(body, "apiVersion"), _text(body, "kind"), body, (), secrets, partial=False)


def resource_manifests(
    resource_type: str, body: dict[str, object], secrets: frozenset[Path] = frozenset()
) -> Iterator[Manifest]:
    """Takes the inputs of a Pulumi resource apart.

    Args:
        resource_type: Its type token, such as `kubernetes:apps/v1:Deployment`.
        body: Its plain inputs.
        secrets: Paths of secret values in them.

    Yields:
        Each object, with its pods. The token says what it is where the inputs do not.
    """
    api_version, kind, partial = _token(resource_type)
    yield from _manifests(
        _text(body, "apiVersion") or api_version, _text(body, "kind") or kind, body, (), secrets, partial=partial
    )


def with_body(manifest: Manifest, body: dict[str, object]) -> Manifest:
    """The same object with other fields, its pods found anew.

    Args:
        manifest: The object.
        body: Its fields, of the same kind.

    Returns:
        The changed object.
    """
    pods = tuple(_pods(manifest.api_version, manifest.kind, body, partial=manifest.partial))
    return replace(manifest, body=body, pods=pods)


@cache
def group_kinds(resource_type: str) -> tuple[str, ...]:
    """The kinds, with their API groups, that a Pulumi resource of this type can hold; none if it is no object.

    Args:
        resource_type: The type token.

    Returns:
        One kind, or for a list that of its items; for a list of anything `*`.
    """
    if not resource_type.startswith("kubernetes:"):
        return ()
    api_version, kind, _ = _token(resource_type)
    if not api_version:
        return ()
    if kind == "List":
        return ("*",)
    group = api_version.rpartition("/")[0]
    return tuple(f"{group}/{each}" if group else each for each in {kind, kind.removesuffix("List")})


@cache
def carries_pods(resource_type: str) -> bool:
    """Whether a Pulumi resource of this type can carry a pod template: known without a look at its inputs.

    Args:
        resource_type: The type token.

    Returns:
        False for everything that is no Kubernetes object, and for Kubernetes' own kinds without a pod template.
    """
    if not resource_type.startswith("kubernetes:"):
        return False
    api_version, kind, _ = _token(resource_type)
    if not api_version or kind == "List":
        return bool(api_version)
    single = kind.removesuffix("List")
    return _carrier(api_version, kind) is not None or _carrier(api_version, single) is not None


def built_in(api_version: str) -> bool:
    """Whether a version is of one of Kubernetes' own API groups."""
    group = api_version.rpartition("/")[0]
    return group in _CARRIER_GROUPS or group in _OTHER_BUILT_IN_GROUPS


@lru_cache(maxsize=4096)
def render(path: Path) -> str:
    """Writes a path the way people do: `spec.containers[0].image`, `metadata.annotations["a.b/c"]`."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif step.isidentifier():
            text += f".{step}" if text else step
        else:
            text += f'["{step}"]'
    return text


def _text(body: dict[str, object], key: str) -> str:
    value = body.get(key)
    return value if isinstance(value, str) else ""


@cache
def _token(resource_type: str) -> tuple[str, str, bool]:
    """Reads `kubernetes:apps/v1:DeploymentPatch` as `("apps/v1", "Deployment", True)`.

    What is no object (a Helm release, a YAML file, a provider's own method) has no version.
    """
    _, _, rest = resource_type.partition(":")
    group_version, _, kind = rest.partition(":")
    group, slash, version = group_version.rpartition("/")
    if not slash or not version.startswith("v") or group in ("helm.sh", "kustomize", "yaml"):
        return "", "", False
    api_version = version if group == "core" else group_version
    partial = kind.endswith("Patch") and kind != "Patch"
    return api_version, kind.removesuffix("Patch") if partial else kind, partial


@cache
def _carrier(api_version: str, kind: str) -> tuple[str, ...] | Literal["search"] | None:
    """Where a kind keeps its pod spec: a path, somewhere ("search"), or nowhere (None)."""
    group = api_version.rpartition("/")[0]
    if group in _CARRIER_GROUPS:
        return _CARRIERS.get(kind)
    return None if group in _OTHER_BUILT_IN_GROUPS else "search"


def _manifests(
    api_version: str,
    kind: str,
    body: dict[str, object],
    at: Path,
    secrets: frozenset[Path],
    *,
    partial: bool,
) -> Iterator[Manifest]:
    items = body.get("items")
    if kind.endswith("List") and isinstance(items, list):
        for index, item in enumerate(cast("list[object]", items)):
            if isinstance(item, dict):
                inner = cast("dict[str, object]", item)
                below = (*at, "items", index)
                yield from _manifests(
                    _text(inner, "apiVersion") or api_version,
                    _text(inner, "kind") or kind.removesuffix("List"),
                    inner,
                    below,
                    frozenset(path[2:] for path in secrets if path[:2] == ("items", index)),
                    partial=partial,
                )
        return
    pods = tuple(_pods(api_version, kind, body, partial=partial))
    yield Manifest(api_version, kind, at, body, pods, partial, secrets)


def _pods(api_version: str, kind: str, body: dict[str, object], *, partial: bool) -> Iterator[Pod]:
    where = _carrier(api_version, kind)
    if where == "search":
        for key in body:
            if key not in ("metadata", "status"):
                yield from _search({key: body[key]}, (), body, partial=partial)
    elif where is not None:
        around = spec = body
        for depth, step in enumerate(where):
            value = spec.get(step)
            if value is UNKNOWN:
                yield _unknown_pod(where[: depth + 1])
                return
            if not isinstance(value, dict):
                return
            around, spec = spec, cast("dict[str, object]", value)
        yield Pod(where, spec, tuple(_containers(spec, where, partial=partial)), _beside(around))


def _unknown_pod(path: Path) -> Pod:
    return Pod(path, UNKNOWN, (Container("container", path, UNKNOWN),), UNKNOWN)


def _beside(around: dict[str, object]) -> Body | None:
    """The metadata beside a pod's spec."""
    metadata = around.get("metadata")
    return cast("Body", metadata) if isinstance(metadata, dict | Unknown) else None


def _containers(spec: dict[str, object], at: Path, *, partial: bool) -> Iterator[Container]:
    for key, role in _LISTS:
        items = spec.get(key)
        if items is UNKNOWN:
            yield Container(role, (*at, key), UNKNOWN)
        elif isinstance(items, list):
            for index, item in enumerate(cast("list[object]", items)):
                path = (*at, key, index)
                if item is UNKNOWN:
                    yield Container(role, path, UNKNOWN)
                    continue
                # What is no mapping is a container without any field: rules then find what it lacks.
                body = cast("dict[str, object]", item if isinstance(item, dict) else {})
                sidecar = role == "init" and body.get("restartPolicy") == "Always"
                yield Container("sidecar" if sidecar else role, path, body, partial)


def _search(value: object, at: Path, around: dict[str, object], *, partial: bool) -> Iterator[Pod]:
    """Finds pods by their shape, anywhere below."""
    if len(at) > _MAX_DEPTH:
        return
    if isinstance(value, list):
        for index, item in enumerate(cast("list[object]", value)):
            if isinstance(item, dict | list):
                yield from _search(cast("object", item), (*at, index), {}, partial=partial)
    elif isinstance(value, dict):
        mapping = cast("dict[str, object]", value)
        containers = tuple(_shaped(mapping, at, partial=partial))
        if containers:
            yield Pod(at, mapping, containers, _beside(around))
        for key, item in mapping.items():
            if isinstance(item, dict | list):
                if key not in _LIST_KEYS:
                    yield from _search(cast("object", item), (*at, key), mapping if at else around, partial=partial)
            elif item is UNKNOWN and (key in ("spec", "template") or key.endswith(("Spec", "Specs", "Template"))):
                yield _unknown_pod((*at, key))


def _shaped(mapping: dict[str, object], at: Path, *, partial: bool) -> Iterator[Container]:
    if not _LIST_KEYS.isdisjoint(mapping):
        for container in _containers(mapping, at, partial=partial):
            if isinstance(container.body, Unknown) or "image" in container.body:
                yield container
            elif "name" in container.body:
                # Operators merge such an entry into a container that they make (Prometheus does).
                yield Container(container.role, container.path, container.body, partial=True)
    model = mapping.get("model")
    if isinstance(model, dict) and "modelFormat" in model:
        # KServe: the fields of a container, on top of the serving runtime's.
        yield Container("container", (*at, "model"), cast("dict[str, object]", model), partial=True)
