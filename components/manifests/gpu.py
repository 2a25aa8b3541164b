"""What a pod needs to get NVIDIA GPUs, and nothing for a pod that asks for none."""

from typing import Any

from components.spec.gpu import PRODUCT_LABEL, RESOURCE, Gpu


def resources(gpu: Gpu | None) -> dict[str, str]:
    """The extended resource. Kubernetes wants requests and limits of it to be equal: use this for both."""
    return {RESOURCE: str(gpu.count)} if gpu else {}


def scheduling(gpu: Gpu | None) -> dict[str, Any]:
    """Fields of the pod's spec: GPU nodes are tainted, and may hold another product than the workload was sized for."""
    if gpu is None:
        return {}
    fields: dict[str, Any] = {"tolerations": [{"key": RESOURCE, "operator": "Exists", "effect": "NoSchedule"}]}
    if gpu.product:
        term = {"matchExpressions": [{"key": PRODUCT_LABEL, "operator": "In", "values": [gpu.product]}]}
        fields["affinity"] = {
            "nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [term]}}
        }
    return fields
