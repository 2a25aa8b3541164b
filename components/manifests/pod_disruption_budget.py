"""How many of a workload's pods may be missing while nodes are drained."""

from components.manifests.labels import selector, workload_labels
from components.manifests.manifest import Manifest, manifest
from components.spec.environment import Environment
from components.spec.workload import Workload

FEWEST_PODS = 2
"""Below this a budget could only forbid every drain."""


def pod_disruption_budget(environment: Environment, name: str, workload: Workload) -> Manifest | None:
    """One pod at a time, or None for a single pod. Pods that never became ready do not hold up a drain."""
    if workload.fewest_pods < FEWEST_PODS:
        return None
    metadata = {
        "name": name,
        "namespace": environment.namespace,
        "labels": workload_labels(environment, name, workload),
    }
    spec = {
        "maxUnavailable": 1,
        "unhealthyPodEvictionPolicy": "AlwaysAllow",
        "selector": {"matchLabels": selector(name)},
    }
    return manifest("policy/v1", "PodDisruptionBudget", metadata, spec=spec)
