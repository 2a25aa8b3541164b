"""What a pod needs to get its GPUs and its model, and nothing for a pod that asks for none.

The labels are those of NVIDIA's feature discovery (https://github.com/NVIDIA/k8s-device-plugin, `internal/lm`).
"""

from typing import Any

from components.spec.cuda import Version, version
from components.spec.gpu import (
    RESOURCE,
    AmdGpus,
    Gpu,
    GpuRequest,
    IntelGpus,
    MigSlice,
    SharedGpu,
    WholeGpus,
)
from components.spec.gpu_claim import DeviceClaim
from components.spec.gpu_words import PRODUCT_LABEL
from components.spec.model import NodeLocal

_MEMORY_LABEL = "nvidia.com/gpu.memory"
_MAJOR_LABEL = "nvidia.com/gpu.compute.major"
_MINOR_LABEL = "nvidia.com/gpu.compute.minor"
_CUDA_MAJOR_LABEL = "nvidia.com/cuda.runtime-version.major"
_CUDA_MINOR_LABEL = "nvidia.com/cuda.runtime-version.minor"
_SHARING_LABEL = "nvidia.com/gpu.sharing-strategy"
_SLICES_LABEL = "nvidia.com/gpu.slices.gi"
_NOT_SHARED = {"key": _SHARING_LABEL, "operator": "NotIn", "values": ["time-slicing", "mps"]}
_NOT_CUT = {"key": _SLICES_LABEL, "operator": "DoesNotExist"}

Expression = dict[str, Any]


_TAINTS = {"nvidia.com": RESOURCE, "amd.com": "amd.com/gpu"}
"""The taint of nodes with a vendor's GPUs, whatever these are cut into and whoever hands them out."""

CLAIM = "gpu"
"""The name of a claim in its pod, and of its request."""


def resources(gpu: Gpu | None) -> dict[str, str]:
    """The extended resource. Kubernetes wants requests and limits of it to be equal: use this for both."""
    return {gpu.request.resource: str(gpu.count)} if gpu and not gpu.claim else {}


def scheduling(gpu: Gpu | None, local: NodeLocal | None = None) -> dict[str, Any]:
    """Fields of the pod's spec: GPU nodes are tainted, and may hold something else than was asked for.

    Args:
        gpu: the GPUs that are asked for, if any.
        local: the model that some nodes hold, if it is one of those.
    """
    fields: dict[str, Any] = {}
    expressions = node_terms(gpu) if gpu else []
    if local:
        held = {"key": local.label, "operator": "In", "values": [local.value]}
        expressions = [[*term, held] for term in expressions or [[]]]
    terms = [{"matchExpressions": each} for each in expressions]
    if terms:
        required = {"nodeSelectorTerms": terms}
        fields["affinity"] = {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": required}}
    if gpu and (taints := _taints(gpu.request)):
        fields["tolerations"] = [{"key": taint, "operator": "Exists", "effect": "NoSchedule"} for taint in taints]
    if gpu and gpu.runtime_class:
        fields["runtimeClassName"] = gpu.runtime_class
    return fields


def _taints(request: GpuRequest) -> list[str]:
    if isinstance(request, DeviceClaim):
        classes = [choice.device_class for choice in request.choices]
        return sorted({taint for vendor, taint in _TAINTS.items() for each in classes if each.endswith(f".{vendor}")})
    return [_TAINTS.get(request.resource.partition("/")[0], request.resource)]


def node_terms(gpu: Gpu) -> list[list[Expression]]:
    """What the labels of a node must be: all expressions of one of the lists."""
    nodes = _nodes(gpu.request)
    if gpu.cuda is None:
        return nodes
    drivers = _at_least(version(gpu.cuda), _CUDA_MAJOR_LABEL, _CUDA_MINOR_LABEL)
    return [[*node, *driver] for node in nodes or [[]] for driver in drivers]


def _nodes(request: GpuRequest) -> list[list[Expression]]:
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
        case AmdGpus() | IntelGpus() | DeviceClaim():
            return []


def _whole(request: WholeGpus) -> list[list[Expression]]:
    """A product's label tells whole GPUs from slices and shares; without one, other labels do."""
    if request.product:
        return [[_product(request.product)]]
    memory = request.least_memory_mib
    shared = [_NOT_SHARED, _NOT_CUT, *([_above(_MEMORY_LABEL, memory - 1)] if memory else [])]
    if request.least_capability is None:
        return [shared]
    return [[*shared, *each] for each in _at_least(request.least_capability, _MAJOR_LABEL, _MINOR_LABEL)]


def _at_least(least: Version, major_label: str, minor_label: str) -> list[list[Expression]]:
    """A version that two labels tell is no less."""
    major, minor = least
    if minor == 0:
        return [[_above(major_label, major - 1)]]
    same = {"key": major_label, "operator": "In", "values": [str(major)]}
    return [[_above(major_label, major)], [same, _above(minor_label, minor - 1)]]


def _product(label: str) -> Expression:
    return {"key": PRODUCT_LABEL, "operator": "In", "values": [label]}


def _above(label: str, value: int) -> Expression:
    return {"key": label, "operator": "Gt", "values": [str(value)]}
