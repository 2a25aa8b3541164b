"""How many pods a workload has, and how they are replaced and stopped."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from components.spec import defaults
from components.spec.base import Spec
from components.spec.checked import Checked, Checks
from components.spec.refusal import Refusal
from components.spec.values import Seconds


class Autoscaling(Checked):
    """How many pods, by load. The number of replicas is then the autoscaler's and is written nowhere else."""

    min: Annotated[int, Field(ge=1, le=1000, examples=[2])]
    """The fewest pods."""

    max: Annotated[int, Field(ge=1, le=1000, examples=[6])]
    """The most pods."""

    cpu_utilisation: Annotated[int, Field(ge=1, le=100, examples=[70])] = defaults.CPU_UTILISATION
    """Percent of the requested processor time, averaged over the pods, to hold."""

    def checks(self) -> Checks:
        """The fewest are not more than the most."""
        yield self._ordered()

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
    """How a pod stops. Kubernetes' grace period is the sum and a margin of 5 seconds."""

    pre_stop_seconds: Annotated[int, Field(ge=0, le=3600, examples=[5])] = defaults.PRE_STOP
    """Seconds it still answers while it is taken out of the Service."""

    drain_seconds: Seconds = defaults.DRAIN
    """Seconds for requests under way to finish after the stop signal."""

    @property
    def grace_seconds(self) -> int:
        """Seconds from the wish to stop to the kill."""
        return self.pre_stop_seconds + self.drain_seconds + defaults.STOP_MARGIN
