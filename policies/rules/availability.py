"""Availability: what stays up when a node, a pod or an update goes wrong."""

from __future__ import annotations

from policies.predicates import (
    AnyOf,
    AtLeast,
    AtMost,
    Empty,
    Equals,
    Missing,
    Not,
    Parameters,
    Setting,
    SomeItem,
    Within,
    item,
    obj,
)
from policies.rule import ADVISED, ON_REQUEST, PROD_ONLY, Parameter
from policies.rules.build import about, careful, judged, mapping, object_rule, of_object

_APPS = "kubernetes.apps.v1"
_SCALED = ("apps/Deployment", "apps/StatefulSet")
_REPLICAS = obj("spec.replicas", "int")
FEWEST_REPLICAS = Parameter("fewestReplicas", {"type": "integer"}, 2, "The fewest replicas that a service should have.")
MOST_REPLICAS = Parameter("mostReplicas", {"type": "integer"}, None, "The most replicas. Not set: any number.")

MIN_REPLICAS = object_rule(
    about(
        "min-replicas",
        "Replicas",
        "medium",
        "One replica is none while it restarts, moves or is updated.",
        "set replicas to 2 or more, or leave it to an autoscaler",
        f"{_APPS}.DeploymentSpecArgs(replicas=2, selector=selector, template=template)",
        levels=PROD_ONLY,
        decision="Where replicas is not set an autoscaler is expected to set it. Zero is a service switched off.",
    ),
    ("apps/Deployment",),
    of_object(
        AnyOf((Missing(_REPLICAS), Equals(_REPLICAS, 0), AtLeast(_REPLICAS, Setting(FEWEST_REPLICAS.name)))),
        _REPLICAS,
        "must be higher",
    ),
    of_object(AnyOf((Missing(_REPLICAS), AtMost(_REPLICAS, Setting(MOST_REPLICAS.name)))), _REPLICAS, "must be lower"),
    parameters=(FEWEST_REPLICAS, MOST_REPLICAS),
)
_AFFINITY = obj("spec.template.spec.affinity.podAntiAffinity", "object")
_SPREAD = obj("spec.template.spec.topologySpreadConstraints", "list")
_ONE = Not(AtLeast(_REPLICAS, 2))
ANTI_AFFINITY = object_rule(
    about(
        "anti-affinity",
        "Host anti-affinity",
        "low",
        "Replicas on one node go down with it together.",
        "add a podAntiAffinity or a topologySpreadConstraint over kubernetes.io/hostname",
        "kubernetes.core.v1.TopologySpreadConstraintArgs(\n"
        '    max_skew=1, topology_key="kubernetes.io/hostname", when_unsatisfiable="ScheduleAnyway"\n'
        ")",
        levels=ADVISED,
        decision="A spread over hosts does the same as an anti-affinity, and more evenly.",
    ),
    _SCALED,
    of_object(
        AnyOf(
            (Not(Empty(_AFFINITY)), SomeItem(_SPREAD, Equals(item("topologyKey", "string"), "kubernetes.io/hostname")))
        ),
        _AFFINITY,
        "must be set",
    ),
    unless=_ONE,
)
_NODES = obj("spec.template.spec.affinity.nodeAffinity", "object")
NODE_AFFINITY = object_rule(
    about(
        "node-affinity",
        "Node affinity",
        "low",
        "Where nodes differ, a workload should say which of them are meant.",
        "set a nodeAffinity",
        "kubernetes.core.v1.AffinityArgs(node_affinity=kubernetes.core.v1.NodeAffinityArgs())",
        levels=ON_REQUEST,
    ),
    _SCALED,
    of_object(Not(Empty(_NODES)), _NODES, "must be set"),
)
TOPOLOGY_SPREAD = object_rule(
    about(
        "topology-spread",
        "Topology spread",
        "low",
        "Replicas in one zone go down with it together.",
        "add topologySpreadConstraints",
        "kubernetes.core.v1.TopologySpreadConstraintArgs(\n"
        '    max_skew=1, topology_key="topology.kubernetes.io/zone", when_unsatisfiable="ScheduleAnyway"\n'
        ")",
        levels=ADVISED,
    ),
    _SCALED,
    of_object(Not(Empty(_SPREAD)), _SPREAD, "must be set"),
    unless=_ONE,
)
_BUDGET = "kubernetes.policy.v1.PodDisruptionBudgetSpecArgs(max_unavailable=1, selector=selector)"


def _blocking(value: object, _: Parameters) -> str | None:
    spec = mapping(value)
    most, least = spec.get("maxUnavailable"), spec.get("minAvailable")
    if most is None and least is None:
        return "neither maxUnavailable nor minAvailable is set"
    if str(most).rstrip("%") == "0":
        return "maxUnavailable is 0"
    return "minAvailable is 100%" if least == "100%" else None


PDB_BLOCKING = object_rule(
    about(
        "pdb-blocking",
        "Budget that allows no disruption",
        "medium",
        "A budget that lets no pod go keeps nodes from being drained, and with that from being patched.",
        "set maxUnavailable to 1 or more",
        _BUDGET,
        decision="Whether minAvailable reaches the workload's replicas is not asked: that needs the workload too.",
    ),
    ("policy/PodDisruptionBudget",),
    of_object(
        judged(
            "reads numbers and percentages alike",
            obj("spec", "any"),
            careful(_blocking, "maxUnavailable", "minAvailable"),
        ),
        obj("spec", "object"),
        "must let at least one pod go",
    ),
)
_EVICTION = obj("spec.unhealthyPodEvictionPolicy", "string")
PDB_UNHEALTHY_EVICTION = object_rule(
    about(
        "pdb-unhealthy-eviction",
        "Eviction of unhealthy pods",
        "low",
        "By default a pod that never becomes ready keeps its node from being drained.",
        "set unhealthyPodEvictionPolicy to AlwaysAllow",
        "kubernetes.policy.v1.PodDisruptionBudgetSpecArgs(\n"
        '    max_unavailable=1, unhealthy_pod_eviction_policy="AlwaysAllow", selector=selector\n'
        ")",
        levels=ADVISED,
    ),
    ("policy/PodDisruptionBudget",),
    of_object(Not(Empty(_EVICTION)), _EVICTION, "must be set"),
)
_FEWEST = obj("spec.minReplicas", "int")


def _range(value: object, parameters: Parameters) -> str | None:
    spec = mapping(value)
    least, most = spec.get("minReplicas", 1), spec.get("maxReplicas")
    if not isinstance(least, int | None) or not isinstance(most, int | None):
        return "minReplicas or maxReplicas is no whole number"
    if least is not None and least < int(str(parameters[FEWEST_REPLICAS.name])):
        return "minReplicas is lower than a service's fewest replicas"
    highest = parameters[MOST_REPLICAS.name]
    if most is not None and isinstance(highest, int) and most > highest:
        return "maxReplicas is higher than a service's most replicas"
    if least is not None and most is not None and most <= least:
        return "maxReplicas is not above minReplicas"
    return None


HPA_SANE = object_rule(
    about(
        "hpa-sane",
        "Autoscaler's range",
        "medium",
        "An autoscaler that may go down to one replica, or nowhere, keeps nothing up.",
        "set minReplicas to 2 or more, and maxReplicas above it",
        "kubernetes.autoscaling.v2.HorizontalPodAutoscalerSpecArgs(\n"
        "    min_replicas=2, max_replicas=6, scale_target_ref=target\n"
        ")",
        levels=PROD_ONLY,
    ),
    ("autoscaling/HorizontalPodAutoscaler",),
    of_object(
        judged("compares two fields", obj("spec", "any"), careful(_range, "minReplicas", "maxReplicas")),
        _FEWEST,
        "must leave room to scale in",
    ),
    parameters=(FEWEST_REPLICAS, MOST_REPLICAS),
)
_STRATEGY = obj("spec.strategy.type", "string")
ROLLING_UPDATE = object_rule(
    about(
        "rolling-update",
        "Rolling update",
        "low",
        "Recreate takes every pod away before the first new one is there.",
        "set strategy.type to RollingUpdate, or leave it out",
        f'{_APPS}.DeploymentStrategyArgs(type="RollingUpdate")',
        levels=ADVISED,
    ),
    ("apps/Deployment",),
    of_object(AnyOf((Missing(_STRATEGY), Equals(_STRATEGY, "RollingUpdate"))), _STRATEGY, "must be RollingUpdate"),
)
_SELECTOR = obj("spec.selector.matchLabels", "object")
SELECTOR_MATCHES = object_rule(
    about(
        "selector-matches",
        "Selector matches template",
        "high",
        "The API refuses a workload whose selector does not match its own pods.",
        "give the pod template the labels that the selector asks for",
        f"{_APPS}.DeploymentSpecArgs(selector=selector, template=template, replicas=2)",
    ),
    ("apps/Deployment", "apps/StatefulSet", "apps/DaemonSet", "apps/ReplicaSet"),
    of_object(Within(_SELECTOR, obj("spec.template.metadata.labels", "object")), _SELECTOR, "must be among the labels"),
)

RULES = (
    MIN_REPLICAS,
    ANTI_AFFINITY,
    NODE_AFFINITY,
    TOPOLOGY_SPREAD,
    PDB_BLOCKING,
    PDB_UNHEALTHY_EVICTION,
    HPA_SANE,
    ROLLING_UPDATE,
    SELECTOR_MATCHES,
)
