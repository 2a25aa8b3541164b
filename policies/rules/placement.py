"""Placement: where a pod runs, and what runs in it. Part of the family of hardening."""

from __future__ import annotations

from policies.predicates import (
    AllOf,
    Empty,
    Field,
    Longer,
    Matches,
    Missing,
    Not,
    OneOf,
    Setting,
    item,
    obj,
    pod,
)
from policies.rule import ADVISED, ON_REQUEST, Parameter
from policies.rules.build import (
    CORE,
    about,
    of_pod,
    pod_rule,
)

_EPHEMERAL = pod("ephemeralContainers", "list")
EPHEMERAL_CONTAINERS = pod_rule(
    about(
        "ephemeral-containers",
        "Ephemeral containers",
        "low",
        "A container for looking around belongs to an hour, not to a description that is kept.",
        "remove ephemeralContainers, and use kubectl debug when it is needed",
        f"{CORE}.PodSpecArgs(containers=containers)",
    ),
    of_pod(Empty(_EPHEMERAL), _EPHEMERAL, "must not be set"),
)
_NAMESPACE = obj("metadata.namespace", "string")
DEFAULT_NAMESPACE = pod_rule(
    about(
        "default-namespace",
        "Default namespace",
        "low",
        "What everybody shares has nobody's quota, network policy or rights.",
        "name the workload's namespace",
        'kubernetes.meta.v1.ObjectMetaArgs(namespace="shop")',
        levels=ADVISED,
        cis="5.7.4",
        decision="The namespaces of the cluster itself (kube-…) are no place for workloads either.",
    ),
    of_pod(
        AllOf((Not(Empty(_NAMESPACE)), Not(Matches(_NAMESPACE, "^(default|kube-(system|public|node-lease))$")))),
        _NAMESPACE,
        "must be the workload's own",
    ),
)
RUNTIME_CLASSES = Parameter(
    "allowedRuntimeClasses",
    {"type": "array", "items": {"type": "string"}},
    ["gvisor", "kata"],
    "The runtime classes that a pod may name.",
)
_RUNTIME = pod("runtimeClassName", "string")
RUNTIME_CLASS = pod_rule(
    about(
        "runtime-class",
        "Runtime class",
        "low",
        "Code that nobody vouches for should run behind a kernel of its own.",
        "name one of the allowed runtime classes",
        f'{CORE}.PodSpecArgs(runtime_class_name="gvisor", containers=containers)',
        levels=ON_REQUEST,
    ),
    of_pod(OneOf(_RUNTIME, Setting(RUNTIME_CLASSES.name)), _RUNTIME, "must be one of the allowed ones"),
    parameters=(RUNTIME_CLASSES,),
)
_CONTROL_PLANE = r"^node-role\.kubernetes\.io/(master|control-plane)$"
_TOLERATED = item("key", "string")
_SELECTED = tuple(
    Field("pod", ("nodeSelector", f"node-role.kubernetes.io/{name}"), "any") for name in ("master", "control-plane")
)
TOLERATION_CONTROLPLANE = pod_rule(
    about(
        "toleration-controlplane",
        "Control plane's nodes",
        "high",
        "A workload on the control plane's nodes lives beside the cluster's keys.",
        "remove the toleration, or name the taint that is meant",
        f"{CORE}.PodSpecArgs(tolerations=[], containers=containers)",
        decision="A toleration without a key tolerates every taint, that of the control plane with them.",
    ),
    of_pod(
        AllOf((Not(Matches(_TOLERATED, _CONTROL_PLANE)), Not(Empty(_TOLERATED)))),
        _TOLERATED,
        "must not be the control plane's, or every taint",
        pod("tolerations", "list"),
    ),
    *(of_pod(Missing(field), field, "must not be set") for field in _SELECTED),
)
MOST_CONTAINERS = Parameter("mostContainers", {"type": "integer"}, 4, "The most containers that a pod should have.")
MAX_CONTAINERS = pod_rule(
    about(
        "max-containers",
        "Number of containers",
        "low",
        "Containers of one pod start, move and fail together: few programs need that.",
        "split the pod",
        f"{CORE}.PodSpecArgs(containers=containers)",
        levels=ADVISED,
    ),
    of_pod(
        Not(Longer(pod("containers", "list"), Setting(MOST_CONTAINERS.name))),
        pod("containers", "list"),
        "must have fewer items",
    ),
    parameters=(MOST_CONTAINERS,),
)

RULES = (EPHEMERAL_CONTAINERS, DEFAULT_NAMESPACE, RUNTIME_CLASS, TOLERATION_CONTROLPLANE, MAX_CONTAINERS)
