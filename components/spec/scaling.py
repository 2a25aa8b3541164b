"""How many pods a workload has, and how they are replaced and stopped."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from pydantic import Field

from components.spec import defaults
from components.spec.base import Spec
from components.spec.checked import Checked, Checks
from components.spec.refusal import Refusal
from components.spec.values import HttpUrl, LabelName, MetricName, Seconds

GPU_METRIC = "DCGM_FI_DEV_GPU_UTIL"
"""What NVIDIA's exporter calls the use of a GPU."""


class Signal(Spec):
    """A metric, and how much of it one pod is to have."""

    metric: Annotated[MetricName, Field(examples=["vllm_num_requests_waiting"])]
    """Its name."""

    target: Annotated[int, Field(ge=1, le=1_000_000, examples=[5])]
    """How much of it one pod is to have: requests of a queue, milliseconds, or percent."""

    labels: Annotated[Mapping[LabelName, str], Field(examples=[{"queue": "default"}])] = {}
    """Labels that its series must have."""

    source: Literal["pods", "external"] = "pods"
    """Whose metric it is: the pods' own, averaged over them; or that of something outside, such as a queue."""


class Keda(Checked):
    """Let KEDA ask Prometheus, and set the number of pods, also to none."""

    server: Annotated[HttpUrl, Field(examples=["http://prometheus.monitoring.svc:9090"])]
    """Where Prometheus answers."""

    polling_seconds: Seconds = defaults.POLLING
    """Seconds between questions while there are no pods."""

    cooldown_seconds: Seconds = defaults.COOLDOWN
    """Seconds without load before the last pod ends. Not shorter than a start."""

    fallback_replicas: Annotated[int, Field(ge=1, le=1000, examples=[2])] | None = None
    """Pods while Prometheus does not answer; left out, as many as there are."""


class Autoscaling(Checked):
    """How many pods, by load. The number of replicas is then the autoscaler's and is written nowhere else."""

    min: Annotated[int, Field(ge=0, le=1000, examples=[2])]
    """The fewest pods. None at all only with `keda` and a queue outside the pods."""

    max: Annotated[int, Field(ge=1, le=1000, examples=[6])]
    """The most pods."""

    cpu_utilisation: Annotated[int, Field(ge=1, le=100, examples=[70])] = defaults.CPU_UTILISATION
    """Percent of the requested processor time, averaged over the pods, to hold. Beside other signals only if it is
    stated: the one that wants most pods counts."""

    queue_depth: Signal | None = None
    """Requests that wait: what says most of a model's load."""

    latency: Signal | None = None
    """How long requests take, in milliseconds, of a metric in seconds."""

    gpu_utilisation: Signal | None = None
    """Percent of time in which the GPU works. It is high long before a server that writes text is full."""

    scale_down_seconds: Annotated[int, Field(ge=0, le=3600)] = defaults.SCALE_DOWN_WINDOW
    """Seconds that less load must last before pods end."""

    keda: Keda | None = None
    """KEDA in place of Kubernetes' own autoscaler."""

    def checks(self) -> Checks:
        """The fewest are not more than the most; and what brings them back from none."""
        yield self._ordered()
        yield self._from_none()
        yield self._percent()
        yield self._fallback()

    def _from_none(self) -> Iterator[Refusal]:
        if self.min > 0:
            return
        if self.keda is None:
            yield Refusal(
                at=("min",),
                found="0, by Kubernetes' own autoscaler",
                allowed="1 or more: it needs a pod to measure",
                mend="write `min: 1`, or add `keda` and a `queueDepth` with `source: external`",
            )
        elif self.queue_depth is None or self.queue_depth.source == "pods":
            yield Refusal(
                at=("queueDepth",),
                found="no signal from outside the pods, with `min: 0`",
                allowed="a `queueDepth` with `source: external`: what pods measure is not there while there are none",
                mend="let something outside count the requests that wait, or write `min: 1`",
            )

    def _percent(self) -> Iterator[Refusal]:
        if self.gpu_utilisation and self.gpu_utilisation.target > 100:
            yield Refusal(
                at=("gpuUtilisation", "target"),
                found=f"{self.gpu_utilisation.target}",
                allowed="percent of time, from 1 to 100",
                mend="write for example `80`",
            )

    def _fallback(self) -> Iterator[Refusal]:
        fallback = self.keda.fallback_replicas if self.keda else None
        if fallback is not None and not self.min <= fallback <= self.max:
            yield Refusal(
                at=("keda", "fallbackReplicas"),
                found=f"{fallback}, with `min` {self.min} and `max` {self.max}",
                allowed="a number of pods between them",
                mend=f"write {self.max} to be safe, or {max(1, self.min)} to save",
            )

    @property
    def by_cpu(self) -> bool:
        """Whether processor time is one of the signals."""
        others = (self.queue_depth, self.latency, self.gpu_utilisation)
        return "cpu_utilisation" in self.model_fields_set or not any(others)

    def _ordered(self) -> Iterator[Refusal]:
        if self.min > self.max:
            yield Refusal(
                at=("max",),
                found=f"{self.max}, below `min` {self.min}",
                allowed="a number not below `min`",
                mend=f"raise `max` to {self.min} or more, or lower `min`",
            )


class Rollout(Checked):
    """How pods are replaced; left out, one extra pod at a time, or, where pods hold GPUs, one fewer at a time."""

    max_surge: Annotated[int, Field(ge=0, le=1000, examples=[1])]
    """Pods above the wanted number."""

    max_unavailable: Annotated[int, Field(ge=0, le=1000, examples=[0])]
    """Pods below it."""

    def checks(self) -> Checks:
        """Some pod can be replaced."""
        yield self._moves()

    def _moves(self) -> Iterator[Refusal]:
        if self.max_surge == 0 and self.max_unavailable == 0:
            yield Refusal(
                found="`maxSurge: 0` with `maxUnavailable: 0`",
                allowed="at least one of them above zero",
                mend="otherwise no pod could be replaced: set `maxSurge: 1`, or `maxUnavailable: 1` to save quota",
            )


class Shutdown(Spec):
    """How a pod stops. Kubernetes' grace period is the sum and a margin of 5 seconds, unless it is stated."""

    pre_stop_seconds: Annotated[int, Field(ge=0, le=3600, examples=[5])] = defaults.PRE_STOP
    """Seconds it still answers while it is taken out of the Service."""

    drain_seconds: Seconds = defaults.DRAIN
    """Seconds for requests under way to finish after the stop signal."""

    grace_seconds: Annotated[Seconds, Field(examples=[60])] | None = None
    """Seconds from the wish to stop to the kill; not less than the sum."""
