"""What belongs to an object in the cluster: its pods, events and logs."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from toolchain.plugins.base_values import Properties
from toolchain.plugins.kubernetes.live.causes import Log, unbound_claims
from toolchain.plugins.kubernetes.live.discovery import group_path
from toolchain.plugins.kubernetes.live.errors import ApiError
from toolchain.plugins.kubernetes.live.fields import moment, section, sections, text
from toolchain.plugins.kubernetes.live.selectors import of_labels, written
from toolchain.plugins.kubernetes.live.store import Store
from toolchain.plugins.kubernetes.objects import kind_of

LOG_LINES = 10
_LOG_BYTES = 4000
_LINE_LENGTH = 300
_REVISION = "deployment.kubernetes.io/revision"
_DEFAULT_CLASS = "storageclass.kubernetes.io/is-default-class"


def pods_of(store: Store, obj: Properties) -> tuple[list[Properties], list[Properties]]:
    """Returns an object's pods of its newest revision, and whoever makes them, whose events tell of refusals.

    Raises:
        ApiError: The server refused.
        UnreachableError: Nobody answers.
    """
    kind = kind_of(obj)
    match kind.kind:
        case "Pod":
            return [obj], []
        case "Deployment":
            sets = [found for found in _selected(store, obj, "apps", "replicasets") if _is_owned(found, obj)]
            revision = text(obj, "metadata", "annotations", _REVISION)
            newest = [found for found in sets if text(found, "metadata", "annotations", _REVISION) == revision]
            pods = [pod for pod in _selected(store, obj, "", "pods") if any(_is_owned(pod, each) for each in newest)]
            return pods, newest
        case "StatefulSet":
            return _of_revision(store, obj, "controller-revision-hash", text(obj, "status", "updateRevision")), [obj]
        case "DaemonSet":
            generation = text(obj, "metadata", "annotations", "deprecated.daemonset.template.generation")
            return _of_revision(store, obj, "pod-template-generation", generation), [obj]
        case "Job":
            labels = of_labels({"batch.kubernetes.io/controller-uid": text(obj, "metadata", "uid")})
            return store.list(_path("", "pods", obj), labels=labels), [obj]
        case _:
            return [pod for pod in _selected(store, obj, "", "pods") if _is_owned(pod, obj)], [obj]


def old_pods_of(store: Store, stateful_set: Properties) -> list[Properties]:
    """Returns a StatefulSet's pods of older revisions."""
    newest = text(stateful_set, "status", "updateRevision")
    return [
        pod
        for pod in _selected(store, stateful_set, "", "pods")
        if _is_owned(pod, stateful_set) and text(pod, "metadata", "labels", "controller-revision-hash") != newest
    ]


def events_of(store: Store, obj: Properties, since: datetime | None = None) -> list[Properties]:
    """Returns the events about an object, the oldest first.

    Args:
        store: Where they are.
        obj: Whom they are about.
        since: Leave out those that were last seen before, in the server's clock.
    """
    found = store.list(_path("", "events", obj), fields=f"involvedObject.uid={text(obj, 'metadata', 'uid')}")
    # Times have no fractions of a second.
    recent = [
        each for each in found if since is None or (seen := _seen(each)) is None or seen >= since - timedelta(seconds=1)
    ]
    return sorted(recent, key=lambda event: str(_seen(event)))


def log_of(store: Store, log: Log) -> list[str]:
    """Returns the last lines of a container's log; [] if it has none (yet)."""
    path = f"{group_path('', 'v1')}/namespaces/{log.namespace}/pods/{log.pod}/log"
    query = {"container": log.container, "tailLines": str(LOG_LINES), "limitBytes": str(_LOG_BYTES)}
    for previous in (log.previous, not log.previous):
        try:
            printed = store.text(path, **query, previous=str(previous).lower())
        except ApiError:
            continue
        lines = [_printable(line)[:_LINE_LENGTH] for line in printed.splitlines() if line.strip()]
        if lines:
            return lines
    return []


def related_to_service(store: Store, service: Properties) -> Mapping[str, Sequence[Properties]]:
    """Returns the pods that a Service selects, and its EndpointSlices."""
    selector = section(service, "spec", "selector")
    if not selector:
        return {}
    pods = [
        pod
        for pod in store.list(_path("", "pods", service), labels=of_labels(selector))
        if text(pod, "status", "phase") not in ("Succeeded", "Failed")
        and not text(pod, "metadata", "deletionTimestamp")
    ]
    slices = _path("discovery.k8s.io", "endpointslices", service)
    name = of_labels({"kubernetes.io/service-name": text(service, "metadata", "name")})
    return {"pods": pods, "slices": store.list(slices, labels=name) if pods else []}


def unbound_claims_of(store: Store, pod: Properties) -> list[Properties]:
    """Returns the PersistentVolumeClaims for want of which a pod has no node."""
    if not any("persistentVolumeClaim" in volume for volume in sections(pod, "spec", "volumes")):
        return []
    return unbound_claims(pod, store.list(_path("", "persistentvolumeclaims", pod)))


def related_to_claim(store: Store, claim: Properties) -> Mapping[str, Sequence[Properties]]:
    """Returns the storage class of a PersistentVolumeClaim, or the default one."""
    wanted = section(claim, "spec").get("storageClassName")
    classes = store.list(f"{group_path('storage.k8s.io', 'v1')}/storageclasses")
    if isinstance(wanted, str):
        return {"classes": [found for found in classes if text(found, "metadata", "name") == wanted]}
    return {"classes": [found for found in classes if text(found, "metadata", "annotations", _DEFAULT_CLASS) == "true"]}


def _of_revision(store: Store, obj: Properties, label: str, revision: str) -> list[Properties]:
    return [
        pod
        for pod in _selected(store, obj, "", "pods")
        if _is_owned(pod, obj) and text(pod, "metadata", "labels", label) == revision
    ]


def _selected(store: Store, obj: Properties, group: str, plural: str) -> list[Properties]:
    selector = section(obj, "spec", "selector")
    structured = "matchLabels" in selector or "matchExpressions" in selector
    return store.list(_path(group, plural, obj), labels=written(selector) if structured else of_labels(selector))


def _path(group: str, plural: str, beside: Properties) -> str:
    """Returns the path of a list in the namespace of an object."""
    namespace = text(beside, "metadata", "namespace") or "default"
    return f"{group_path(group, 'v1')}/namespaces/{namespace}/{plural}"


def _is_owned(obj: Properties, owner: Properties) -> bool:
    uid = text(owner, "metadata", "uid")
    return any(text(reference, "uid") == uid for reference in sections(obj, "metadata", "ownerReferences"))


def _seen(event: Properties) -> datetime | None:
    series = moment(event, "series", "lastObservedTime")
    return series or moment(event, "lastTimestamp") or moment(event, "eventTime") or moment(event, "firstTimestamp")


def _printable(line: str) -> str:
    return "".join(char if char.isprintable() or char == "\t" else "�" for char in line)
