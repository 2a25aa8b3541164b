"""Pretend GPUs: the resource and the labels of a node that has some, without a device behind them.

What is scheduled on them runs, and finds no GPU: enough to try how GPUs are asked for, shared out and waited for.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from toolchain.cluster.addresses import NODE_NAME
from toolchain.cluster.api import Api, Object
from toolchain.errors import ToolchainError

RESOURCE = "nvidia.com/gpu"

SETTLE_S = 30.0
"""The kubelet reports a node's status every 10 s at least."""


@dataclass(frozen=True)
class Product:
    """A GPU model as NVIDIA's feature discovery describes it.

    Attributes:
        memory: In MiB.
        family: The architecture.
        compute: The compute capability, such as `8.0`.
    """

    memory: int
    family: str
    compute: str


# From NVIDIA's data sheets and its table of compute capabilities (https://developer.nvidia.com/cuda-gpus).
PRODUCTS: Mapping[str, Product] = {
    "NVIDIA-A100-SXM4-40GB": Product(40960, "ampere", "8.0"),
    "NVIDIA-A100-SXM4-80GB": Product(81920, "ampere", "8.0"),
    "NVIDIA-H100-80GB-HBM3": Product(81559, "hopper", "9.0"),
    "NVIDIA-L4": Product(23034, "ada-lovelace", "8.9"),
    "Tesla-T4": Product(15360, "turing", "7.5"),
}

DEFAULT_PRODUCT = "NVIDIA-A100-SXM4-80GB"


def labels(count: int, product: str) -> dict[str, str]:
    """The labels of a node with `count` GPUs of a product.

    Raises:
        ToolchainError: The product is not in `PRODUCTS`.
    """
    try:
        known = PRODUCTS[product]
    except KeyError:
        raise ToolchainError(f"no GPU product is called {product!r}", f"name one of: {', '.join(PRODUCTS)}") from None
    major, minor = known.compute.split(".")
    return {
        "nvidia.com/gpu.present": "true",
        "nvidia.com/gpu.count": str(count),
        "nvidia.com/gpu.product": product,
        "nvidia.com/gpu.memory": str(known.memory),
        "nvidia.com/gpu.family": known.family,
        "nvidia.com/gpu.compute.major": major,
        "nvidia.com/gpu.compute.minor": minor,
        "nvidia.com/gpu.replicas": "1",
        "nvidia.com/gpu.sharing-strategy": "none",
        "nvidia.com/mig.capable": "true" if known.family in {"ampere", "hopper"} else "false",
    }


def add_gpus(kubeconfig: Path, count: int, product: str = DEFAULT_PRODUCT, node: str = NODE_NAME) -> None:
    """Let a node have pretend GPUs, in place of those it had, and wait until pods can ask for them.

    Args:
        kubeconfig: Of the administrator.
        count: 0 takes them away.
        product: A name in `PRODUCTS`.
        node: Which node.

    Raises:
        ToolchainError: The product is unknown, or the node does not take them.
        OSError: The cluster does not answer.
    """
    if count < 0:
        raise ToolchainError(f"a node cannot have {count} GPUs", "name a number from 0")
    api = Api.of(kubeconfig)
    described = labels(count, product)
    path = f"/api/v1/nodes/{node}"
    api.patch(path, {"metadata": {"labels": described if count else dict.fromkeys(described)}})
    amount = str(count) if count else None
    api.patch(f"{path}/status", {"status": {"capacity": {RESOURCE: amount}, "allocatable": {RESOURCE: amount}}})

    def settled(found: Object) -> bool:
        return found["status"].get("allocatable", {}).get(RESOURCE, "0") == str(count)

    if not api.wait(f"/api/v1/nodes?fieldSelector=metadata.name%3D{node}", settled, SETTLE_S):
        raise ToolchainError(f"node {node} did not take {count} GPUs in {SETTLE_S:.0f} s", "is its kubelet running?")
