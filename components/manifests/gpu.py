"""What a pod needs to get its GPUs, and nothing for a pod that asks for none.

The labels are those of NVIDIA's feature discovery (https://github.com/NVIDIA/k8s-device-plugin, `internal/lm`).
"""

from typing import Any

from components.spec.gpu import (
    PRODUCT_LABEL,
    RESOURCE,
    AmdGpus,
    Gpu,
    GpuRequest,
    IntelGpus,
    MigSlice,
    SharedGpu,
    WholeGpus,
)

_MEMORY_LABEL = "nvidia.com/gpu.memory"
_MAJOR_LABEL = "nvidia.com/gpu.compute.major"
_MINOR_LABEL = "nvidia.com/gpu.compute.minor"
_SHARING_LABEL = "nvidia.com/gpu.sharing-strategy"
_SLICES_LABEL = "nvidia.com/gpu.slices.gi"
_NOT_SHARED = {"key": _SHARING_LABEL, "operator": "NotIn", "values": ["time-slicing", "mps"]}
_NOT_CUT = {"key": _SLICES_LABEL, "operator": "DoesNotExist"}

Expression = dict[str, Any]


def resources(gpu: Gpu | None) -> dict[str, str]:
    """The extended resource. Kubernetes wants requests and limits of it to be equal: use this for both."""
    return {gpu.request.resource: str(gpu.request.count)} if gpu else {}


def scheduling(gpu: Gpu | None) -> dict[str, Any]:
    """Fields of the pod's spec: GPU nodes are tainted, and may hold something else than was asked for."""
    if gpu is None:
        return {}
    request = gpu.request
    # Nodes with NVIDIA's GPUs are tainted by this name whatever their GPUs are cut into.
    taint = RESOURCE if request.resource.startswith("nvidia.com/") else request.resource
    fields: dict[str, Any] = {"tolerations": [{"key": taint, "operator": "Exists", "effect": "NoSchedule"}]}
    terms = [{"matchExpressions": expressions} for expressions in _nodes(request)]
    if terms:
        required = {"nodeSelectorTerms": terms}
        fields["affinity"] = {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": required}}
    if gpu.runtime_class:
        fields["runtimeClassName"] = gpu.runtime_class
    return fields


def _nodes(request: GpuRequest) -> list[list[Expression]]:
    """What the labels of a node must be: all expressions of one of the lists."""
    match request:
        case WholeGpus():
            return _whole(request)
        case MigSlice(strategy="single"):
            profile = request.profile.replace("+", "")  # which no label may have, and feature discovery leaves out
            return [[_product(f"{request.product}-MIG-{profile}")]]
        case MigSlice():
            return [[_product(request.product)]] if request.product else []
        case SharedGpu():
            sharing = {"key": _SHARING_LABEL, "operator": "In", "values": [request.by]}
            suffix = "" if request.renamed else "-SHARED"
            return [[sharing, *([_product(f"{request.product}{suffix}")] if request.product else [])]]
        case AmdGpus() | IntelGpus():
            return []


def _whole(request: WholeGpus) -> list[list[Expression]]:
    """A product's label tells whole GPUs from slices and shares; without one, other labels do."""
    if request.product:
        return [[_product(request.product)]]
    memory = request.least_memory_mib
    shared = [_NOT_SHARED, _NOT_CUT, *([_above(_MEMORY_LABEL, memory - 1)] if memory else [])]
    if request.least_capability is None:
        return [shared]
    major, minor = request.least_capability
    if minor == 0:
        return [[*shared, _above(_MAJOR_LABEL, major - 1)]]
    same = {"key": _MAJOR_LABEL, "operator": "In", "values": [str(major)]}
    return [[*shared, _above(_MAJOR_LABEL, major)], [*shared, same, _above(_MINOR_LABEL, minor - 1)]]


def _product(label: str) -> Expression:
    return {"key": PRODUCT_LABEL, "operator": "In", "values": [label]}


def _above(label: str, value: int) -> Expression:
    return {"key": label, "operator": "Gt", "values": [str(value)]}
