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

PRESENT_LABEL = "nvidia.com/gpu.present"
COUNT_LABEL = "nvidia.com/gpu.count"
REPLICAS_LABEL = "nvidia.com/gpu.replicas"
MEMORY_LABEL = "nvidia.com/gpu.memory"
MAJOR_LABEL = "nvidia.com/gpu.compute.major"
MINOR_LABEL = "nvidia.com/gpu.compute.minor"
CUDA_MAJOR_LABEL = "nvidia.com/cuda.runtime-version.major"
CUDA_MINOR_LABEL = "nvidia.com/cuda.runtime-version.minor"
SHARING_LABEL = "nvidia.com/gpu.sharing-strategy"
SLICES_LABEL = "nvidia.com/gpu.slices.gi"
_NOT_SHARED = {"key": SHARING_LABEL, "operator": "NotIn", "values": ["time-slicing", "mps"]}
_NOT_CUT = {"key": SLICES_LABEL, "operator": "DoesNotExist"}

Expression = dict[str, Any]


TAINTS = {"nvidia.com": RESOURCE, "amd.com": "amd.com/gpu"}
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
        return sorted({taint for vendor, taint in TAINTS.items() for each in classes if each.endswith(f".{vendor}")})
    return [TAINTS.get(request.resource.partition("/")[0], request.resource)]


def node_terms(gpu: Gpu) -> list[list[Expression]]:
    """What the labels of a node must be: all expressions of one of the lists."""
    nodes = _nodes(gpu.request)
    if gpu.cuda is None:
        return nodes
    drivers = _at_least(version(gpu.cuda), CUDA_MAJOR_LABEL, CUDA_MINOR_LABEL)
    return [[*node, *driver] for node in nodes or [[]] for driver in drivers]


def _nodes(request: GpuRequest) -> list[list[Expression]]:
    match request:
        case WholeGpus():
            return _whole(request)
        case MigSlice(strategy="single"):
            return [[_product(cut_product(request.product, request.profile))]]
        case MigSlice():
            return [[_product(request.product)]] if request.product else []
        case SharedGpu():
            sharing = {"key": SHARING_LABEL, "operator": "In", "values": [request.by]}
            product = shared_product(request.product, renamed=request.renamed) if request.product else None
            return [[sharing, *([_product(product)] if product else [])]]
        case AmdGpus() | IntelGpus() | DeviceClaim():
            return []


def cut_product(product: str | None, profile: str) -> str:
    """What a node's label says where all GPUs are cut alike, and slices are called GPUs."""
    return f"{product}-MIG-{profile.replace('+', '')}"  # which no label may have, and feature discovery leaves out


def shared_product(product: str, *, renamed: bool) -> str:
    """What a node's label says where GPUs are shared."""
    return product if renamed else f"{product}-SHARED"


def _whole(request: WholeGpus) -> list[list[Expression]]:
    """A product's label tells whole GPUs from slices and shares; without one, other labels do."""
    if request.product:
        return [[_product(request.product)]]
    memory = request.least_memory_mib
    shared = [_NOT_SHARED, _NOT_CUT, *([_above(MEMORY_LABEL, memory - 1)] if memory else [])]
    if request.least_capability is None:
        return [shared]
    return [[*shared, *each] for each in _at_least(request.least_capability, MAJOR_LABEL, MINOR_LABEL)]


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
