"""Availability."""

from tests.unit.policies.cases.case import Case, Json, fails, passes, thing, workload

SCALED = ("apps/v1/Deployment", "apps/v1/StatefulSet")
SELECTING = (*SCALED, "apps/v1/DaemonSet", "apps/v1/ReplicaSet")
BUDGET = "policy/v1/PodDisruptionBudget"
SCALER = "autoscaling/v2/HorizontalPodAutoscaler"
_APART: Json = {"weight": 1, "podAffinityTerm": {"topologyKey": "kubernetes.io/hostname"}}
ANTI: Json = {"affinity": {"podAntiAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": [_APART]}}}
NO_ANTI: Json = {"affinity": {"podAntiAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": []}}}
HOSTS: Json = {"topologySpreadConstraints": [{"topologyKey": "zone"}, {"topologyKey": "kubernetes.io/hostname"}]}
ZONES: Json = {"topologySpreadConstraints": [{"topologyKey": "zone"}]}


def replicas(kind: str, number: int | None, **pod: object) -> Json:
    return workload(kind, {} if number is None else {"replicas": number}, pod=pod)


def selecting(kind: str, labels: Json, **pod_labels: str) -> Json:
    return workload(kind, {"selector": {"matchLabels": labels}}, labels=pod_labels)


CASES: list[Case] = [
    *fails("min-replicas", replicas(SCALED[0], 1)),
    *passes("min-replicas", *(replicas(SCALED[0], number) for number in (None, 0, 2)), replicas(SCALED[1], 1)),
    *fails("min-replicas", replicas(SCALED[0], 2), fewestReplicas=3),
    *fails("min-replicas", replicas(SCALED[0], 9), mostReplicas=8),
    *passes("min-replicas", replicas(SCALED[0], 8), replicas(SCALED[0], None), mostReplicas=8),
    *(
        case
        for kind in SCALED
        for case in (
            *fails(
                "anti-affinity",
                replicas(kind, 2),
                replicas(kind, 2, affinity={"podAntiAffinity": {}}),
                replicas(kind, 2, **NO_ANTI),
                replicas(kind, 2, **ZONES),
            ),
            *passes(
                "anti-affinity",
                replicas(kind, 1),
                replicas(kind, None),
                replicas(kind, 2, **ANTI),
                replicas(kind, 2, **HOSTS),
            ),
            *fails("node-affinity", replicas(kind, 2)),
            *passes("node-affinity", replicas(kind, 2, affinity={"nodeAffinity": {"required": {}}})),
            *fails("topology-spread", replicas(kind, 2)),
            *passes("topology-spread", replicas(kind, 2, **ZONES), replicas(kind, 1)),
        )
    ),
    *fails("pdb-blocking", *(thing(BUDGET, {"maxUnavailable": value}) for value in (0, "0", "0%"))),
    *fails("pdb-blocking", thing(BUDGET, {"minAvailable": "100%"}), thing(BUDGET, {"selector": {}})),
    *passes(
        "pdb-blocking",
        thing(BUDGET, {"maxUnavailable": 1}),
        thing(BUDGET, {"minAvailable": "50%"}),
        thing(BUDGET, {"maxUnavailable": "10%"}),
    ),
    *fails("pdb-unhealthy-eviction", thing(BUDGET, {"maxUnavailable": 1})),
    *passes("pdb-unhealthy-eviction", thing(BUDGET, {"unhealthyPodEvictionPolicy": "AlwaysAllow"})),
    *fails("hpa-sane", thing(SCALER, {"maxReplicas": 5}), thing(SCALER, {"minReplicas": 1, "maxReplicas": 5})),
    *fails("hpa-sane", thing(SCALER, {"minReplicas": 3, "maxReplicas": 3})),
    *fails("hpa-sane", thing(SCALER, {"minReplicas": 2, "maxReplicas": 3}), fewestReplicas=3),
    *passes("hpa-sane", thing(SCALER, {"minReplicas": 2, "maxReplicas": 3}), thing(SCALER, {"minReplicas": 2})),
    *passes("hpa-sane", *(thing(SCALER, {"minReplicas": None, "maxReplicas": most}) for most in (None, 3))),
    *passes("hpa-sane", thing(SCALER, {"minReplicas": 2}), mostReplicas=8),
    *fails("hpa-sane", thing(SCALER, {"minReplicas": "2", "maxReplicas": 3})),
    *fails("hpa-sane", thing(SCALER, {"minReplicas": 2, "maxReplicas": "3"})),
    *fails("hpa-sane", thing(SCALER, {"minReplicas": 2, "maxReplicas": 9}), mostReplicas=8),
    *passes("hpa-sane", thing(SCALER, {"minReplicas": 2, "maxReplicas": 8}), mostReplicas=8),
    *fails("rolling-update", workload(spec={"strategy": {"type": "Recreate"}})),
    *passes("rolling-update", workload(), workload(spec={"strategy": {"type": "RollingUpdate"}})),
    *(
        case
        for kind in SELECTING
        for case in (
            *fails(
                "selector-matches",
                selecting(kind, {"a": "1"}),
                selecting(kind, {"a": "1"}, a="2"),
                selecting(kind, {"a": "1", "b": "1"}, a="1"),
            ),
            *passes("selector-matches", selecting(kind, {"a": "1"}, a="1", b="2"), workload(kind)),
        )
    ),
]
