"""Whether the GPU that is asked for has what the program and its model want: memory, and a CUDA that knows it."""

from collections.abc import Iterator

from components.spec.cuda import unknown_to, version, version_text
from components.spec.gpu import AmdGpus, Gpu, IntelGpus, MigSlice, SharedGpu, WholeGpus
from components.spec.gpu_claim import DeviceClaim
from components.spec.gpu_memory import GpuNeed
from components.spec.gpu_products import PRODUCTS
from components.spec.refusal import Path, Refusal
from components.spec.values import bytes_text


def memory_checks(gpu: Gpu, need: GpuNeed) -> Iterator[Refusal]:
    """Each GPU that a pod may get holds its part of the model."""
    has, wanted = gpu.memory, need.each(gpu.count)
    if has is None:
        yield from _unbounded(gpu, wanted)
    elif wanted > has:
        at, mend = _too_small(gpu, wanted)
        each = "each GPU" if gpu.count > 1 else "it"
        yield Refusal(
            at=at,
            found=f"GPU memory of {bytes_text(has)}, while the model needs {bytes_text(wanted)} "
            f"({need.parts(gpu.count)})",
            allowed=f"at least {bytes_text(wanted)} that a program of the pod may use of {each}",
            mend=mend,
        )


def _unbounded(gpu: Gpu, wanted: int) -> Iterator[Refusal]:
    """GPUs that may be any, or whose memory neighbours may take."""
    request = gpu.request
    if isinstance(request, WholeGpus) and not request.product:
        yield Refusal(
            at=("gpu", "whole"),
            found=f"any GPU, for a model that needs {bytes_text(wanted)}",
            allowed="a GPU of which something is known: `minMemory`, or a `product`",
            mend=f"add `minMemory: {bytes_text(wanted)}`",
        )
    if isinstance(request, SharedGpu) and request.by == "mps" and not request.product:
        yield Refusal(
            at=("gpu", "shared"),
            found=f"a share of any size, for a model that needs {bytes_text(wanted)}",
            allowed="a share of which the size is known: `memory`, or `product` and `shares`",
            mend=f"add `memory: {bytes_text(wanted)}`",
        )
    if isinstance(request, SharedGpu) and request.by == "time-slicing" and not gpu.memory_fraction:
        yield Refusal(
            at=("gpu", "memoryFraction"),
            found="nothing, while `time-slicing` lets neighbours take all memory",
            allowed="the part of the memory that the program keeps to",
            mend="add `memoryFraction`, and let the neighbours keep to theirs; or share by `mps`, or ask for `mig`",
        )


def _too_small(gpu: Gpu, wanted: int) -> tuple[Path, str]:
    """Where the bound is, and what can be done about it."""
    less = "a smaller `batch`, `tokens` or `dtype` needs less"
    match gpu.request:
        case _ if gpu.memory_fraction:
            return ("gpu", "memoryFraction", "percent"), f"raise it, or ask for a larger GPU; {less}"
        case WholeGpus(product=None):
            return ("gpu", "whole", "minMemory"), f"raise it to `{bytes_text(wanted)}`, or `count`; {less}"
        case WholeGpus():
            return ("gpu", "whole", "product"), f"choose a larger one, or raise `count`; {less}"
        case MigSlice():
            return ("gpu", "mig", "profile"), f"choose a larger slice, or ask for `whole`; {less}"
        case SharedGpu(memory=None):
            return ("gpu", "shared", "shares"), f"share it with fewer, or ask for `whole`; {less}"
        case SharedGpu():
            return ("gpu", "shared", "memory"), f"raise it to `{bytes_text(wanted)}`, or ask for `whole`; {less}"
        case AmdGpus() | IntelGpus() | DeviceClaim():
            raise AssertionError("their memory is not known")


def cuda_checks(gpu: Gpu) -> Iterator[Refusal]:
    """The image's CUDA runs on the GPU."""
    if gpu.cuda is None:
        return
    request = gpu.request
    if isinstance(request, AmdGpus | IntelGpus | DeviceClaim):
        yield Refusal(
            at=("gpu", "cuda"),
            found=f"CUDA {gpu.cuda}, on what is no GPU of NVIDIA's device plugin",
            allowed="`cuda` beside `whole`, `mig` or `shared`",
            mend="remove it; a claim tells what its driver must have by a selector",
        )
        return
    known = PRODUCTS.get(request.product or "")
    if known and (why := unknown_to(version(gpu.cuda), known.capability)):
        yield Refusal(
            at=("gpu", "cuda"),
            found=f"CUDA {gpu.cuda}, on {request.product}, whose compute capability is "
            f"{version_text(known.capability)}",
            allowed=f"a version that knows it: it is {why}",
            mend="build the image on another version of CUDA, or choose another GPU",
        )
    least = request.least_capability if isinstance(request, WholeGpus) else None
    if least and (why := unknown_to(version(gpu.cuda), least)) and "since" in why:
        yield Refusal(
            at=("gpu", "whole", "minComputeCapability"),
            found=f"{version_text(least)}, with CUDA {gpu.cuda}",
            allowed=f"a capability that this version of CUDA knows: this one is {why}",
            mend="build the image on a newer version of CUDA, or lower it",
        )
