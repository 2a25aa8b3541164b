"""When an object is ready, kind by kind: pure functions of the object and of what belongs to it.

The conditions are those that `kubectl rollout status` and `kubectl wait` use, and that the official plugin documents.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from toolchain.plugins.base_values import Properties
from toolchain.plugins.kubernetes.kinds import GroupVersionKind
from toolchain.plugins.kubernetes.live.fields import condition, count, flag, section, sections, text
from toolchain.plugins.kubernetes.live.verdict import READY, Verdict, failed, waiting
from toolchain.plugins.kubernetes.objects import kind_of

DEFAULT_TIMEOUT_S = 600.0
"""How long a wait may take if neither resource options nor annotation say otherwise; the official plugin's."""

_WORKLOAD_GROUP = "apps"

Related: TypeAlias = Mapping[str, Sequence[Properties]]
"""What else a predicate looks at: `pods` and `slices` of a Service, `classes` of a PersistentVolumeClaim."""


@dataclass(frozen=True, slots=True)
class Readiness:
    """How one kind is waited for.

    Attributes:
        check: The predicate.
        has_pods: Whether the object makes, or is, pods, which are watched for crashes and searched for causes.
        runs_to_end: Whether its pods are meant to end.
        related: What the predicate needs besides the object: "service" or "claim", or "" for nothing.
    """

    check: Callable[[Properties, Related], Verdict]
    has_pods: bool = False
    runs_to_end: bool = False
    related: str = ""


def readiness_of(kind: GroupVersionKind) -> Readiness | None:
    """Returns how objects of `kind` are waited for; None if they are ready as soon as they exist."""
    return _KINDS.get((kind.group, kind.kind)) if kind.built_in else None


def is_observed(obj: Properties) -> bool:
    """Tells whether an object's status is about its present specification, as far as its kind says so."""
    kind = kind_of(obj)
    reports = kind.group == _WORKLOAD_GROUP or kind.kind == "ReplicationController"
    return not reports or count(obj, "status", "observedGeneration") >= count(obj, "metadata", "generation")


def _observed(obj: Properties) -> Verdict | None:
    """Returns the verdict for an object whose status is about an older specification; None if it is up to date."""
    return None if is_observed(obj) else waiting("waiting for its controller")


def _deployment(obj: Properties, _related: Related) -> Verdict:
    if flag(obj, "spec", "paused"):
        return READY
    if (stale := _observed(obj)) is not None:
        return stale
    progressing = condition(obj, "Progressing")
    if text(progressing, "reason") == "ProgressDeadlineExceeded":
        return failed(f"did not make progress within {count(obj, 'spec', 'progressDeadlineSeconds', default=600)} s")
    return _replicas(obj, updated="updatedReplicas", available="availableReplicas")


def _replicas(obj: Properties, *, updated: str, available: str) -> Verdict:
    wanted = count(obj, "spec", "replicas", default=1)
    total, new, up = (count(obj, "status", field) for field in ("replicas", updated, available))
    if new < wanted:
        return waiting(f"{new} of {wanted} new pods made")
    if total > new:
        return waiting(f"{total - new} old pods to go")
    if up < wanted:
        return waiting(f"{up} of {wanted} pods ready")
    return READY


def _replica_set(obj: Properties, _related: Related) -> Verdict:
    if (stale := _observed(obj)) is not None:
        return stale
    wanted, up = count(obj, "spec", "replicas", default=1), count(obj, "status", "availableReplicas")
    return READY if up >= wanted else waiting(f"{up} of {wanted} pods ready")


def _stateful_set(obj: Properties, _related: Related) -> Verdict:
    if (stale := _observed(obj)) is not None:
        return stale
    wanted = count(obj, "spec", "replicas", default=1)
    ready, total = count(obj, "status", "availableReplicas"), count(obj, "status", "replicas")
    if total > wanted:
        return waiting(f"{total - wanted} pods to go")
    if text(obj, "spec", "updateStrategy", "type") != "OnDelete":
        partition = count(obj, "spec", "updateStrategy", "rollingUpdate", "partition")
        due = max(0, wanted - partition)
        new = count(obj, "status", "updatedReplicas")
        if text(obj, "status", "updateRevision") != text(obj, "status", "currentRevision") and new < due:
            return waiting(f"{new} of {due} new pods made")
    return READY if ready >= wanted else waiting(f"{ready} of {wanted} pods ready")


def _daemon_set(obj: Properties, _related: Related) -> Verdict:
    if (stale := _observed(obj)) is not None:
        return stale
    wanted = count(obj, "status", "desiredNumberScheduled")
    new, up = count(obj, "status", "updatedNumberScheduled"), count(obj, "status", "numberAvailable")
    if text(obj, "spec", "updateStrategy", "type") != "OnDelete" and new < wanted:
        return waiting(f"{new} of {wanted} new pods made")
    return READY if up >= wanted else waiting(f"{up} of {wanted} pods ready")


def _job(obj: Properties, _related: Related) -> Verdict:
    if text(condition(obj, "Complete"), "status") == "True" or flag(obj, "spec", "suspend"):
        return READY
    ended = condition(obj, "Failed")
    if text(ended, "status") == "True":
        return failed(f"failed: {text(ended, 'message') or text(ended, 'reason')}")
    done, wanted = count(obj, "status", "succeeded"), count(obj, "spec", "completions", default=1)
    return waiting(f"{done} of {wanted} pods done, {count(obj, 'status', 'active')} running")


def _pod(obj: Properties, _related: Related) -> Verdict:
    phase = text(obj, "status", "phase")
    if phase == "Succeeded" or text(condition(obj, "Ready"), "status") == "True":
        return READY
    if phase == "Failed":
        return failed(f"failed: {text(obj, 'status', 'message') or text(obj, 'status', 'reason') or 'it ended'}")
    return waiting(f"{phase or 'Pending'}, not ready")


def _service(obj: Properties, related: Related) -> Verdict:
    kind = text(obj, "spec", "type")
    if kind == "LoadBalancer" and not sections(obj, "status", "loadBalancer", "ingress"):
        return waiting("no load balancer has given it an address")
    # A service is often declared before the pods behind it, so it waits for pods only if there are any.
    pods = related.get("pods", ())
    if kind == "ExternalName" or not section(obj, "spec", "selector") or not pods:
        return READY
    if any(_serves(endpoint) for part in related.get("slices", ()) for endpoint in sections(part, "endpoints")):
        return READY
    return waiting(f"none of {len(pods)} pods behind it is ready")


def _serves(endpoint: Properties) -> bool:
    return section(endpoint, "conditions").get("ready") is not False


def _claim(obj: Properties, related: Related) -> Verdict:
    phase = text(obj, "status", "phase")
    if phase == "Bound":
        return READY
    if phase == "Lost":
        return failed("lost the volume that it was bound to")
    classes = related.get("classes", ())
    if any(text(found, "volumeBindingMode") == "WaitForFirstConsumer" for found in classes):
        return READY  # nothing happens before a pod uses it
    return waiting("not bound to a volume")


def _ingress(obj: Properties, _related: Related) -> Verdict:
    if sections(obj, "status", "loadBalancer", "ingress"):
        return READY
    return waiting("no ingress controller has given it an address")


def _namespace(obj: Properties, _related: Related) -> Verdict:
    if text(obj, "metadata", "deletionTimestamp"):
        return failed("is being deleted")
    return READY if text(obj, "status", "phase") == "Active" else waiting("not active")


def _definition(obj: Properties, _related: Related) -> Verdict:
    refused = condition(obj, "NamesAccepted")
    if text(refused, "status") == "False":
        return failed(f"its names are taken: {text(refused, 'message')}")
    return READY if text(condition(obj, "Established"), "status") == "True" else waiting("not established")


_KINDS: dict[tuple[str, str], Readiness] = {
    (_WORKLOAD_GROUP, "Deployment"): Readiness(_deployment, has_pods=True),
    (_WORKLOAD_GROUP, "ReplicaSet"): Readiness(_replica_set, has_pods=True),
    (_WORKLOAD_GROUP, "StatefulSet"): Readiness(_stateful_set, has_pods=True),
    (_WORKLOAD_GROUP, "DaemonSet"): Readiness(_daemon_set, has_pods=True),
    ("batch", "Job"): Readiness(_job, has_pods=True, runs_to_end=True),
    ("", "Pod"): Readiness(_pod, has_pods=True),
    ("", "ReplicationController"): Readiness(_replica_set, has_pods=True),
    ("", "Service"): Readiness(_service, related="service"),
    ("", "PersistentVolumeClaim"): Readiness(_claim, related="claim"),
    ("", "Namespace"): Readiness(_namespace),
    ("networking.k8s.io", "Ingress"): Readiness(_ingress),
    ("apiextensions.k8s.io", "CustomResourceDefinition"): Readiness(_definition),
}
