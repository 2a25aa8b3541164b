"""Pods by load."""

from components.manifests.labels import workload_labels
from components.manifests.manifest import Manifest, manifest
from components.spec import defaults
from components.spec.environment import Environment
from components.spec.workload import Workload


def autoscaler(environment: Environment, name: str, workload: Workload) -> Manifest | None:
    """A HorizontalPodAutoscaler, or None. It alone owns the number of pods: the Deployment states none."""
    scaling = workload.autoscaling
    if scaling is None:
        return None
    metadata = {
        "name": name,
        "namespace": environment.namespace,
        "labels": workload_labels(environment, name, workload),
    }
    utilisation = {"type": "Utilization", "averageUtilization": scaling.cpu_utilisation}
    spec = {
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": name},
        "minReplicas": scaling.min,
        "maxReplicas": scaling.max,
        "metrics": [{"type": "Resource", "resource": {"name": "cpu", "target": utilisation}}],
        "behavior": {"scaleDown": {"stabilizationWindowSeconds": defaults.SCALE_DOWN_WINDOW}},
    }
    return manifest("autoscaling/v2", "HorizontalPodAutoscaler", metadata, spec=spec)
