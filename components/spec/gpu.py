"""GPUs of a workload: whole ones, a slice, a share of one, or those of another vendor."""

import re
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from components.spec.base import Spec
from components.spec.checked import Checked, Checks, exactly_one
from components.spec.gpu_products import PRODUCTS
from components.spec.refusal import Refusal, refused
from components.spec.values import Memory, Name
from policies.values.quantity import parse_quantity

RESOURCE = "nvidia.com/gpu"
"""The extended resource that NVIDIA's device plugin offers for whole GPUs, and, in places, for slices and shares."""

PRODUCT_LABEL = "nvidia.com/gpu.product"
"""The node label that NVIDIA's feature discovery sets."""

MOST = 16
"""What one node holds: the largest servers of today."""

MPS_MEMORY = "CUDA_MPS_PINNED_DEVICE_MEM_LIMIT"
"""The variable by which a program's share of memory is bounded, as `device=size`:
https://docs.nvidia.com/deploy/mps/."""

_PRODUCT = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?")
_CAPABILITY = re.compile(r"([1-9][0-9]?)\.([0-9])")
_PROFILE = re.compile(r"[12347]g\.[1-9][0-9]{0,2}gb([+-]me(\.all)?|\+gfx)?")


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MOST:
        raise refused(
            Refusal(
                allowed=f"a whole number of GPUs from 1 to {MOST} (what one node holds)",
                mend="write for example `count: 1`; for a part of one, ask for `mig` or `shared`",
            )
        )
    return value


def _like(pattern: re.Pattern[str], allowed: str, mend: str) -> AfterValidator:
    """Refuses a text that the pattern does not match whole."""

    def check(text: str) -> str:
        if not pattern.fullmatch(text):
            raise refused(Refusal(allowed=allowed, mend=mend))
        return text

    return AfterValidator(check)


Count = Annotated[
    int,
    BeforeValidator(_whole),
    Field(examples=[1]),
    WithJsonSchema({"type": "integer", "minimum": 1, "maximum": MOST}),
]
"""GPUs of a pod."""

Product = Annotated[
    str,
    _like(
        _PRODUCT,
        f"a product as the node label `{PRODUCT_LABEL}` writes it, with `-` for spaces",
        f"write for example `NVIDIA-A100-SXM4-80GB`; `kubectl get nodes -L {PRODUCT_LABEL}` lists them",
    ),
    Field(examples=["NVIDIA-A100-SXM4-80GB"]),
]
"""A GPU model, by its node label."""


Capability = Annotated[
    str,
    _like(
        _CAPABILITY,
        "a compute capability, as NVIDIA writes it: `8.0`",
        'write for example `"8.0"` (A100), `"8.9"` (L4, L40S) or `"9.0"` (H100), in quotes',
    ),
    Field(examples=["8.0"]),
]
"""What a GPU can compute, by NVIDIA's number."""

Profile = Annotated[
    str,
    _like(
        _PROFILE,
        "a MIG profile: 1, 2, 3, 4 or 7 compute slices and the memory, and perhaps `+me`: `1g.10gb`",
        "write one that `nvidia-smi mig -lgip` lists on the node, for example `3g.40gb`",
    ),
    Field(examples=["3g.40gb"]),
]
"""A size of slices."""


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
    def least_capability(self) -> tuple[int, int] | None:
        """The least compute capability, major and minor."""
        if self.min_compute_capability is None:
            return None
        major, minor = self.min_compute_capability.split(".")
        return int(major), int(minor)


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
        return re.split("[+-]", self.profile)[0]

    @property
    def resource(self) -> str:
        """The extended resource; the device plugin writes `.` for `+`."""
        return RESOURCE if self.strategy == "single" else f"nvidia.com/mig-{self.profile.replace('+', '.')}"

    @property
    def count(self) -> int:
        """Slices of each pod."""
        return 1


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

    def checks(self) -> Checks:
        """Only MPS bounds memory."""
        yield self._bounded()

    def _bounded(self) -> Iterator[Refusal]:
        if self.memory and self.by == "time-slicing":
            yield Refusal(
                at=("memory",),
                found=f"{self.memory}, with `time-slicing`",
                allowed="a limit that somebody enforces: `time-slicing` has none",
                mend="share by `mps`, or limit the framework itself, or ask for `mig`",
            )

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


GpuRequest = WholeGpus | MigSlice | SharedGpu | AmdGpus | IntelGpus
"""One of the kinds of GPUs that can be asked for."""


class Gpu(Checked):
    """What GPUs each pod gets: exactly one of `whole`, `mig`, `shared`, `amd` and `intel`."""

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

    runtime_class: Annotated[Name, Field(examples=["nvidia"])] | None = None
    """The RuntimeClass that brings GPUs into containers; left out, the nodes do so by CDI, as NVIDIA's operator sets
    them up."""

    def checks(self) -> Checks:
        """One kind, and one only."""
        yield exactly_one(
            self,
            ("whole", "mig", "shared", "amd", "intel"),
            "exactly one of `whole`, `mig`, `shared`, `amd` and `intel`",
            "keep one, for example `whole: {count: 1}`",
        )

    @property
    def request(self) -> GpuRequest:
        """The one that was given."""
        request = self.whole or self.mig or self.shared or self.amd or self.intel
        if request is None:
            raise AssertionError("validated: exactly one kind is given")
        return request

    @property
    def variables(self) -> dict[str, str]:
        """Variables of the container: the bound of a share's memory."""
        limit = self.shared.memory_mib if self.shared else None
        return {MPS_MEMORY: f"0={limit}M"} if limit else {}

    @property
    def whole_devices(self) -> int:
        """How many of `nvidia.com/gpu` each pod takes, which the environment's quota counts."""
        return self.request.count if self.request.resource == RESOURCE else 0
