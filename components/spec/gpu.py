"""GPUs of a workload: whole ones, a slice, a share of one, or those of another vendor."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field

from components.spec.base import Spec
from components.spec.checked import Checked, Checks, exactly_one
from components.spec.cuda import CudaVersion, Version, version
from components.spec.gpu_claim import DeviceClaim
from components.spec.gpu_products import PRODUCTS, SLICE_USABLE
from components.spec.gpu_words import PRODUCT_LABEL, Capability, Count, Product, Profile, plain_profile
from components.spec.refusal import Refusal
from components.spec.values import EnvName, Memory, Name
from policies.values.quantity import parse_quantity

RESOURCE = "nvidia.com/gpu"
"""The extended resource that NVIDIA's device plugin offers for whole GPUs, and, in places, for slices and shares."""

MPS_MEMORY = "CUDA_MPS_PINNED_DEVICE_MEM_LIMIT"
"""The variable by which a program's share of memory is bounded, as `device=size`:
https://docs.nvidia.com/deploy/mps/."""


class WholeGpus(Checked):
    """Whole NVIDIA GPUs, never a share of one: by count, and by product or by what a product must have."""

    count: Count
    """GPUs of each pod."""

    product: Product | None = None
    """The GPU model that nodes must have; left out, any."""

    min_memory: Annotated[Memory, Field(examples=["40Gi"])] | None = None
    """The least memory of each GPU, as its driver reports it: a little less than the name says (81559 MiB of an H100
    with 80 GB). Not together with `product`."""

    min_compute_capability: Capability | None = None
    """The least compute capability. Not together with `product`."""

    def checks(self) -> Checks:
        """A product has one memory and one capability."""
        yield self._one_way_to_choose()

    def _one_way_to_choose(self) -> Iterator[Refusal]:
        if self.product and (self.min_memory or self.min_compute_capability):
            yield Refusal(
                at=("product",),
                found=f"{self.product!r}, beside minimums",
                allowed="a product, or the least that a product must have",
                mend="remove `product` to run on whatever is good enough, or remove the minimums",
            )

    @property
    def resource(self) -> str:
        """The extended resource."""
        return RESOURCE

    @property
    def least_memory_mib(self) -> int | None:
        """The least memory of each GPU in MiB, rounded up."""
        return -(-int(parse_quantity(self.min_memory)) // 2**20) if self.min_memory else None

    @property
    def least_capability(self) -> Version | None:
        """The least compute capability, major and minor."""
        return version(self.min_compute_capability) if self.min_compute_capability else None

    @property
    def memory_bytes(self) -> int | None:
        """What a program may count on, of each GPU; None if nothing is known."""
        if self.min_memory:
            return int(parse_quantity(self.min_memory))
        return _usable(self.product)


class MigSlice(Checked):
    """One slice of an NVIDIA GPU that is cut by MIG: its memory and faults are its own. A program sees one slice."""

    profile: Profile
    """The slice: compute slices and memory."""

    strategy: Literal["mixed", "single"] = "mixed"
    """How the nodes' device plugin offers slices. `mixed`: each profile is a resource of its own. `single`: all GPUs of
    a node are cut alike, and slices are called GPUs; a label tells them apart."""

    product: Product | None = None
    """The GPU model that is cut; required with `single`, whose label names it."""

    def checks(self) -> Checks:
        """A profile that the product has, and a label to find it by."""
        yield self._named()
        yield self._of_the_product()

    def _named(self) -> Iterator[Refusal]:
        if self.strategy == "single" and self.product is None:
            yield Refusal(
                at=("strategy",),
                found="`single`, without a `product`",
                allowed="a `product` beside `single`: a node's label names product and profile together",
                mend=f"add `product`; `kubectl get nodes -L {PRODUCT_LABEL}` shows it before `-MIG-`",
            )

    def _of_the_product(self) -> Iterator[Refusal]:
        known = PRODUCTS.get(self.product or "")
        if known is None:
            return
        if not known.slices:
            yield Refusal(
                at=("product",),
                found=f"{self.product!r}, which cannot be cut",
                allowed="a GPU with MIG",
                mend="ask for `whole`, or `shared`, or for a GPU such as `NVIDIA-A100-SXM4-80GB`",
            )
        elif self.plain_profile not in known.slices:
            yield Refusal(
                at=("profile",),
                found=f"{self.profile!r}, which {self.product} does not have",
                allowed=f"a slice of that GPU: {', '.join(known.slices)}",
                mend=f"write for example `{known.slices[0]}`",
            )

    @property
    def plain_profile(self) -> str:
        """The profile without what it has beside compute and memory: `1g.10gb` of `1g.10gb+me`."""
        return plain_profile(self.profile)

    @property
    def resource(self) -> str:
        """The extended resource; the device plugin writes `.` for `+`."""
        return RESOURCE if self.strategy == "single" else f"nvidia.com/mig-{self.profile.replace('+', '.')}"

    @property
    def count(self) -> int:
        """Slices of each pod."""
        return 1

    @property
    def memory_bytes(self) -> int | None:
        """What a program may count on."""
        gigabytes = int(self.plain_profile.partition("g.")[2].removesuffix("gb"))
        return gigabytes * 2**30 * SLICE_USABLE // 100


class SharedGpu(Checked):
    """A share of an NVIDIA GPU: in turns, or at once through MPS. One share's faults may end the others."""

    by: Annotated[Literal["time-slicing", "mps"], Field(examples=["time-slicing"])]
    """How the node's device plugin shares GPUs. With `time-slicing` each share sees all memory, and may take it."""

    renamed: bool = True
    """Whether the device plugin offers shares as `nvidia.com/gpu.shared` (`renameByDefault`), or as whole GPUs."""

    product: Product | None = None
    """The GPU model; left out, any."""

    memory: Annotated[Memory, Field(examples=["8Gi"])] | None = None
    """The most GPU memory that the workload may take; MPS refuses it more. Only with `mps`."""

    shares: Annotated[int, Field(ge=2, le=48, examples=[4])] | None = None
    """Into how many shares the device plugin divides each GPU (`replicas` of its configuration): with `mps` each has an
    equal part of the memory. Left out, nobody checks that `memory` is there."""

    def checks(self) -> Checks:
        """Only MPS bounds memory, and no share has more than its part."""
        yield self._bounded()
        yield self._its_part()

    def _bounded(self) -> Iterator[Refusal]:
        if self.memory and self.by == "time-slicing":
            yield Refusal(
                at=("memory",),
                found=f"{self.memory}, with `time-slicing`",
                allowed="a limit that somebody enforces: `time-slicing` has none",
                mend="share by `mps`, or limit the framework itself, or ask for `mig`",
            )

    def _its_part(self) -> Iterator[Refusal]:
        part = self._part
        if self.memory and part is not None and parse_quantity(self.memory) > part:
            yield Refusal(
                at=("memory",),
                found=f"{self.memory}, of one of {self.shares} shares of {self.product}",
                allowed=f"at most `{part // 2**20}Mi`: MPS gives each share an equal part",
                mend="lower it, divide the GPU into fewer shares, or ask for `whole`",
            )

    @property
    def _part(self) -> int | None:
        """Bytes of a share's part by MPS, if product and shares are known."""
        whole = _usable(self.product)
        return whole // self.shares if whole and self.shares and self.by == "mps" else None

    @property
    def resource(self) -> str:
        """The extended resource."""
        return f"{RESOURCE}.shared" if self.renamed else RESOURCE

    @property
    def count(self) -> int:
        """Shares of each pod: two may be two turns on one GPU, which help nobody."""
        return 1

    @property
    def memory_mib(self) -> int | None:
        """The limit in MiB, rounded down."""
        return int(parse_quantity(self.memory)) // 2**20 if self.memory else None

    @property
    def memory_bytes(self) -> int | None:
        """What a program may count on: with `time-slicing` all of it, or nothing, as its neighbours like."""
        return int(parse_quantity(self.memory)) if self.memory else self._part


class AmdGpus(Spec):
    """Whole AMD GPUs."""

    count: Count
    """GPUs of each pod."""

    @property
    def resource(self) -> str:
        """The extended resource."""
        return "amd.com/gpu"


class IntelGpus(Spec):
    """Whole Intel GPUs."""

    count: Count
    """GPUs of each pod."""

    driver: Annotated[Literal["i915", "xe"], Field(examples=["xe"])]
    """The kernel driver of the nodes, after which the device plugin names its resource."""

    @property
    def resource(self) -> str:
        """The extended resource."""
        return f"gpu.intel.com/{self.driver}"


GpuRequest = WholeGpus | MigSlice | SharedGpu | AmdGpus | IntelGpus | DeviceClaim
"""One of the kinds of GPUs that can be asked for."""


class MemoryFraction(Spec):
    """The part of a GPU's memory that the program keeps to, by a variable that its framework reads."""

    variable: Annotated[EnvName, Field(examples=["XLA_PYTHON_CLIENT_MEM_FRACTION"])]
    """The variable; its value is a fraction, such as `0.45`."""

    percent: Annotated[int, Field(ge=1, le=100, examples=[45])]
    """The part, in hundredths."""


class Gpu(Checked):
    """What GPUs each pod gets: exactly one of `whole`, `mig`, `shared`, `amd`, `intel` and `claim`."""

    whole: WholeGpus | None = None
    """Whole NVIDIA GPUs."""

    mig: MigSlice | None = None
    """A slice of an NVIDIA GPU."""

    shared: SharedGpu | None = None
    """A share of an NVIDIA GPU."""

    amd: AmdGpus | None = None
    """Whole AMD GPUs."""

    intel: IntelGpus | None = None
    """Whole Intel GPUs."""

    claim: DeviceClaim | None = None
    """Devices that a driver of dynamic resource allocation hands out."""

    cuda: CudaVersion | None = None
    """The version of CUDA that the image is built on (its variable `CUDA_VERSION`): nodes must have a driver that knows
    it. Only with NVIDIA's device plugin."""

    memory_fraction: MemoryFraction | None = None
    """A bound that the program itself keeps to. Not beside `shared.memory`."""

    runtime_class: Annotated[Name, Field(examples=["nvidia"])] | None = None
    """The RuntimeClass that brings GPUs into containers; left out, the nodes do so by CDI, as NVIDIA's operator sets
    them up."""

    def checks(self) -> Checks:
        """One kind, and one only; one bound of memory."""
        yield exactly_one(
            self,
            KINDS,
            "exactly one of `whole`, `mig`, `shared`, `amd`, `intel` and `claim`",
            "keep one, for example `whole: {count: 1}`",
        )
        yield self._one_bound()

    def _one_bound(self) -> Iterator[Refusal]:
        if self.memory_fraction and self.shared and self.shared.memory:
            yield Refusal(
                at=("memoryFraction",),
                found="`memoryFraction`, beside `shared.memory`",
                allowed="one bound of memory: a fraction counts from what MPS leaves, and bounds twice",
                mend="remove `memoryFraction`: MPS enforces `shared.memory`",
            )

    @property
    def request(self) -> GpuRequest:
        """The one that was given."""
        request = self.whole or self.mig or self.shared or self.amd or self.intel or self.claim
        if request is None:
            raise AssertionError("validated: exactly one kind is given")
        return request

    @property
    def count(self) -> int:
        """GPUs, slices or shares of each pod."""
        return self.request.count

    @property
    def memory(self) -> int | None:
        """Bytes that a program may count on, of each of them; None if nothing is known."""
        request = self.request
        if isinstance(request, AmdGpus | IntelGpus | DeviceClaim):
            return None
        whole = request.memory_bytes
        if isinstance(request, SharedGpu) and request.by == "time-slicing" and self.memory_fraction:
            whole = _usable(request.product)
        return whole * self.memory_fraction.percent // 100 if whole and self.memory_fraction else whole

    @property
    def variables(self) -> dict[str, dict[str, str]]:
        """Variables of the container that bound its memory, by the field that asks for them."""
        limit = self.shared.memory_mib if self.shared else None
        found = {"gpu.shared.memory": {MPS_MEMORY: f"0={limit}M"}} if limit else {}
        if self.memory_fraction:
            fraction = f"{self.memory_fraction.percent / 100:.2f}"
            found["gpu.memoryFraction"] = {self.memory_fraction.variable: fraction}
        return found

    @property
    def whole_devices(self) -> int:
        """How many of `nvidia.com/gpu` each pod takes, which the environment's quota counts."""
        return self.count if self.request.resource == RESOURCE else 0


KINDS = ("whole", "mig", "shared", "amd", "intel", "claim")
"""The fields that say what kind of GPU is asked for."""


def _usable(product: str | None) -> int | None:
    """Bytes of a product's memory that a program may count on, if it is known."""
    known = PRODUCTS.get(product or "")
    return known.least_memory if known else None
