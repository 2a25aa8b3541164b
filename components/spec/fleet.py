"""The nodes that an environment's pods may run on, as somebody states them: pools of nodes that are alike."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from pydantic import Field

from components.spec.base import Spec
from components.spec.checked import Checked, Checks
from components.spec.cuda import CudaVersion, Version, version
from components.spec.gpu import RESOURCE
from components.spec.gpu_claim import DeviceClass, devices_of
from components.spec.gpu_products import PRODUCTS
from components.spec.gpu_words import Capability, Count, Product, Profile, plain_profile
from components.spec.refusal import Refusal
from components.spec.values import Cpu, LabelKey, LabelValue, Memory, Name
from policies.values.quantity import parse_quantity

Vendor = Literal["nvidia", "amd", "intel-i915", "intel-xe"]
"""Whose GPUs they are, and for Intel's by which driver."""

WHOLE: Mapping[Vendor, str] = {
    "nvidia": RESOURCE,
    "amd": "amd.com/gpu",
    "intel-i915": "gpu.intel.com/i915",
    "intel-xe": "gpu.intel.com/xe",
}
"""What the vendors' device plugins call a whole GPU."""

COMPUTE_SLICES = 7
"""Of a GPU that is cut."""


class Slices(Spec):
    """How the GPUs of a pool are cut: all alike."""

    profile: Profile
    """The slices."""

    each: Annotated[int, Field(ge=1, le=COMPUTE_SLICES, examples=[7])]
    """Slices of each GPU."""

    strategy: Literal["mixed", "single"] = "mixed"
    """How the device plugin offers them; see `gpu.mig.strategy`."""


class Shares(Spec):
    """How the GPUs of a pool are shared."""

    by: Annotated[Literal["time-slicing", "mps"], Field(examples=["mps"])]
    """How the device plugin shares them."""

    each: Annotated[int, Field(ge=2, le=48, examples=[4])]
    """Shares of each GPU (`replicas` of the plugin's configuration)."""

    renamed: bool = True
    """Whether they are offered under a name of their own; see `gpu.shared.renamed`."""


class PoolGpus(Checked):
    """GPUs of each node of a pool."""

    count: Count
    """GPUs of each node."""

    vendor: Vendor = "nvidia"
    """Whose they are."""

    product: Product | None = None
    """The model, by its node label."""

    memory: Annotated[Memory, Field(examples=["80Gi"])] | None = None
    """The memory of each, for a `product` that slipway does not know."""

    compute_capability: Capability | None = None
    """What each can compute, for a `product` that slipway does not know."""

    cuda: CudaVersion | None = None
    """The newest CUDA that the nodes' driver knows; left out, any."""

    slices: Slices | None = None
    """How they are cut; left out, they are not."""

    shares: Shares | None = None
    """How they are shared; left out, they are not."""

    device_class: DeviceClass | None = None
    """The class under which a driver of dynamic resource allocation hands them out, in place of a device plugin."""

    def checks(self) -> Checks:
        """Offered in one way, which the GPUs have."""
        yield self._one_way()
        yield self._of_nvidia()
        yield self._named()
        yield self._cut()

    def _one_way(self) -> Iterator[Refusal]:
        ways = {"slices": self.slices, "shares": self.shares, "deviceClass": self.device_class}
        given = [name for name, way in ways.items() if way is not None]
        if len(given) > 1:
            yield Refusal(
                found=" and ".join(f"`{name}`" for name in given),
                allowed="at most one of `slices`, `shares` and `deviceClass`",
                mend="keep what the nodes' configuration says; other nodes are another pool",
            )

    def _of_nvidia(self) -> Iterator[Refusal]:
        for name, way in (("slices", self.slices), ("shares", self.shares), ("cuda", self.cuda)):
            if self.vendor != "nvidia" and way is not None:
                yield Refusal(
                    at=(name,),
                    found=f"`{name}`, of GPUs by {self.vendor}",
                    allowed=f"`{name}` of NVIDIA's GPUs",
                    mend=f"remove `{name}`, or correct `vendor`",
                )

    def _named(self) -> Iterator[Refusal]:
        if self.slices and self.slices.strategy == "single" and self.product is None:
            yield Refusal(
                at=("product",),
                found="nothing, with slices of the strategy `single`",
                allowed="the `product`, by which a node's label tells such slices",
                mend="add `product`, as `kubectl get nodes -L nvidia.com/gpu.product` shows it before `-MIG-`",
            )

    def _cut(self) -> Iterator[Refusal]:
        known = PRODUCTS.get(self.product or "")
        if self.slices is None or known is None:
            return
        profile, each = plain_profile(self.slices.profile), self.slices.each
        compute = int(profile.partition("g")[0]) * each
        memory = int(profile.partition("g.")[2].removesuffix("gb")) * each
        if profile not in known.slices:
            yield Refusal(
                at=("slices", "profile"),
                found=f"{self.slices.profile!r}, which {self.product} does not have",
                allowed=f"a slice of that GPU: {', '.join(known.slices) or 'it cannot be cut'}",
                mend="correct it, or `product`",
            )
        elif compute > COMPUTE_SLICES or memory > known.memory_gib:
            yield Refusal(
                at=("slices", "each"),
                found=f"{each} of {profile}: {compute} compute slices and {memory} GB",
                allowed=f"what {self.product} has: {COMPUTE_SLICES} compute slices and {known.memory_gib} GB",
                mend="lower it, or choose smaller slices",
            )

    @property
    def offered(self) -> tuple[str, int]:
        """What a node offers: the resource's name, and how many of it."""
        if self.device_class:
            return devices_of(self.device_class), self.count
        if self.slices:
            mixed = f"nvidia.com/mig-{self.slices.profile.replace('+', '.')}"
            return RESOURCE if self.slices.strategy == "single" else mixed, self.count * self.slices.each
        if self.shares:
            return f"{RESOURCE}.shared" if self.shares.renamed else RESOURCE, self.count * self.shares.each
        return WHOLE[self.vendor], self.count

    @property
    def memory_bytes(self) -> int | None:
        """Bytes of each GPU, as its driver reports it at least; None if nobody says."""
        if self.memory:
            return int(parse_quantity(self.memory))
        known = PRODUCTS.get(self.product or "")
        return known.least_memory if known else None

    @property
    def capability(self) -> Version | None:
        """What each can compute; None if nobody says."""
        if self.compute_capability:
            return version(self.compute_capability)
        known = PRODUCTS.get(self.product or "")
        return known.capability if known else None


class Pool(Spec):
    """Nodes that are alike."""

    nodes: Annotated[int, Field(ge=0, le=5000, examples=[2])]
    """How many there are; where nodes come and go by load, the most."""

    cpu: Annotated[Cpu, Field(examples=["16"])]
    """Cores of each node that this environment's pods may reserve."""

    memory: Annotated[Memory, Field(examples=["64Gi"])]
    """Memory of each node that they may reserve."""

    gpus: PoolGpus | None = None
    """GPUs of each node: pods that ask for none stay away from it."""

    labels: Annotated[Mapping[LabelKey, LabelValue], Field(examples=[{"models.example.com/llama": "present"}])] = {}
    """Labels of the nodes: those that workloads ask for by `model.nodeLocal`, and that add-ons find the pool by."""


class Fleet(Spec):
    """The nodes on which the environment's pods may run; every workload must fit at its peak, or a rollout waits."""

    pools: Annotated[Mapping[Name, Pool], Field(min_length=1)]
    """Pools of nodes, by name."""
