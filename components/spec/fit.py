"""How a workload's model, GPUs, times and autoscaling fit together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from components.spec.checked import Checks
from components.spec.gpu_fit import cuda_checks, memory_checks
from components.spec.gpu_memory import divided_checks
from components.spec.model import model_memory_checks, model_place_checks, model_pods_checks
from components.spec.refusal import Refusal
from components.spec.timing import chain_checks
from components.spec.volume import MOUNT_POINTS

if TYPE_CHECKING:
    from components.spec.workload import Workload


def fit_checks(workload: Workload) -> Checks:
    """What does not fit, each check on its own."""
    for check in (_model, _times, _model_memory, _model_gpus, _several_gpus, _gpu_load, _cooling, _cuda):
        yield check(workload)


def _model(workload: Workload) -> Iterator[Refusal]:
    """Its folder is its own, and all of its pods can have it."""
    if workload.model:
        taken = {**MOUNT_POINTS, **({workload.config_files.folder: "`configFiles`"} if workload.config_files else {})}
        yield from model_place_checks(workload.model, workload.volumes, taken)
        yield from model_pods_checks(workload.model, workload.peak_pods)


def _times(workload: Workload) -> Iterator[Refusal]:
    """Each bound of its times is within the next."""
    yield from chain_checks(workload.times)


def _model_memory(workload: Workload) -> Iterator[Refusal]:
    """Without a GPU, the model is in memory."""
    if workload.model and not workload.gpu:
        yield from model_memory_checks(workload.model, workload.resources.limits.memory, workload.shm_size)


def _model_gpus(workload: Workload) -> Iterator[Refusal]:
    """The model fits into the GPUs."""
    need = workload.model.gpu_memory if workload.model else None
    if need and workload.gpu:
        yield from divided_checks(need, workload.gpu.count)
        yield from memory_checks(workload.gpu, need)
    elif need:
        yield Refusal(
            at=("model", "gpuMemory"),
            found="GPU memory of a workload without a GPU",
            allowed="a `gpu` beside it",
            mend="ask for example for `gpu: {whole: {count: 1, minMemory: 40Gi}}`",
        )


def _gpu_load(workload: Workload) -> Iterator[Refusal]:
    """What it scales on is its own."""
    signal = workload.autoscaling.gpu_utilisation if workload.autoscaling else None
    if signal and not workload.gpu:
        yield Refusal(
            at=("autoscaling", "gpuUtilisation"),
            found="the use of a GPU, of a workload without one",
            allowed="a `gpu` beside it",
            mend="use `queueDepth`, `latency` or `cpuUtilisation`",
        )
    if signal and workload.gpu and workload.gpu.shared and signal.source == "pods":
        yield Refusal(
            at=("autoscaling", "gpuUtilisation"),
            found="the use of a GPU that others share",
            allowed="a signal that is the workload's own: NVIDIA's exporter cannot tell who uses a shared GPU",
            mend="use `queueDepth` or `latency`",
        )


def _cooling(workload: Workload) -> Iterator[Refusal]:
    """No pod ends before it has served anybody."""
    keda, start = workload.autoscaling.keda if workload.autoscaling else None, workload.times.startup
    if keda and keda.cooldown_seconds < start:
        yield Refusal(
            at=("autoscaling", "keda", "cooldownSeconds"),
            found=f"{keda.cooldown_seconds}, while a start may take {start}",
            allowed=f"at least {start} seconds: a pod would end before it has served anybody",
            mend=f"write {start} or more",
        )


def _cuda(workload: Workload) -> Iterator[Refusal]:
    """The image's CUDA runs on the GPU."""
    if workload.gpu:
        yield from cuda_checks(workload.gpu)


def _several_gpus(workload: Workload) -> Iterator[Refusal]:
    """Processes on several GPUs have memory to talk over."""
    if workload.gpu and workload.gpu.count > 1 and not workload.shm_size:
        yield Refusal(
            at=("shmSize",),
            found=f"nothing, with {workload.gpu.count} GPUs",
            allowed="a size: processes of one model talk over `/dev/shm`, of which a container has 64Mi otherwise",
            mend="add `shmSize: 1Gi`, or take `profile: model`",
        )
