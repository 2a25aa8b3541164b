"""Times that follow from each other: how long a pod may start, a rollout stand still, Pulumi wait, a pod stop.

Each bound ends before the one around it, so that what is slow is told by what knows it best. A start that takes too
long is the kubelet's to end, before the rollout counts as stuck; a stuck rollout is Kubernetes' to tell, before Pulumi
gives up; and Pulumi gives up before the job that runs it is ended, which would leave the stack locked.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from components.spec import defaults
from components.spec.base import Spec
from components.spec.graph import Needs, in_order
from components.spec.refusal import Refusal
from components.spec.values import Seconds

DAY = 86_400
"""Seconds: nothing that is waited for takes longer."""


class Deadlines(Spec):
    """Bounds of a rollout that are stated; each that is left out follows from the times within it."""

    progress_seconds: Annotated[Seconds, Field(examples=[900])] | None = None
    """Seconds within which some pod must become ready: Kubernetes' `progressDeadlineSeconds`. Left out, the time of a
    pull and a start. Longer than a start."""

    await_seconds: Annotated[Seconds, Field(examples=[3600])] | None = None
    """Seconds that Pulumi waits for the whole rollout. Left out, as many pulls, starts and stops as it takes. Longer
    than `progressSeconds`."""


@dataclass(frozen=True)
class Times:
    """What a workload's times are made of, in seconds, and the number of its pods.

    Attributes:
        process: what a start takes beside a model.
        load: reading a model's weights.
        warm_up: between the last weight and the first answer.
        place: placing a pod and pulling its image.
        fetch: pulling the image that holds a model.
        work: what a job takes at most, from the moment it is made to its end.
        pre_stop: still answering while it is taken out of the Service.
        drain: for requests under way.
        pods: how many there are under full load.
        step: how many are replaced at a time.
        startup_stated: a stated time to start.
        pull_stated: a stated time to place and pull.
        progress_stated: a stated bound of standing still.
        await_stated: a stated bound of the rollout.
        grace_stated: a stated bound of stopping.
    """

    process: int
    load: int = 0
    warm_up: int = 0
    place: int = defaults.PULL
    fetch: int = 0
    work: int = 0
    pre_stop: int = defaults.PRE_STOP
    drain: int = defaults.DRAIN
    pods: int = 1
    step: int = 1
    startup_stated: int | None = None
    pull_stated: int | None = None
    progress_stated: int | None = None
    await_stated: int | None = None
    grace_stated: int | None = None


@dataclass(frozen=True)
class TimeChain:
    """The bounds, in seconds: `startup` < `progress` < `rollout`, and `stop` ≤ `grace`.

    Attributes:
        startup: a start, which the startup probe allows.
        least_startup: what a model takes of it at least.
        pull: placing a pod and pulling its images.
        least_pull: what a model takes of it at least.
        progress: how long a rollout may stand still.
        rollout: the whole rollout, which Pulumi waits for.
        stop: what an orderly stop takes, with its margin.
        grace: from the wish to stop to the kill.
    """

    startup: int
    least_startup: int
    pull: int
    least_pull: int
    progress: int
    rollout: int
    stop: int
    grace: int

    @property
    def probe_failures(self) -> int:
        """Failed startup probes, one each period, that a start may take."""
        return -(-self.startup // defaults.STARTUP_PERIOD)


def time_chain(times: Times) -> TimeChain:
    """The bounds that follow; what is stated stays as it is, and `chain_checks` says whether that can be."""
    least_startup = times.load + times.warm_up
    startup = times.startup_stated or times.process + least_startup
    pull = times.pull_stated or times.place + times.fetch
    # What the probe allows is a whole number of its periods.
    probed = -(-startup // defaults.STARTUP_PERIOD) * defaults.STARTUP_PERIOD
    progress = times.progress_stated or pull + probed
    stop = times.pre_stop + times.drain + defaults.STOP_MARGIN
    grace = times.grace_stated or stop
    waves = -(-times.pods // times.step)
    rollout = times.await_stated or waves * (max(progress, pull + probed, times.work) + grace)
    return TimeChain(startup, least_startup, pull, times.fetch, progress, rollout, stop, grace)


def chain_checks(chain: TimeChain) -> Iterator[Refusal]:
    """Each bound is within the next one."""
    yield from _start(chain)
    yield from _pull(chain)
    yield from _progress(chain)
    yield from _rollout(chain)
    yield from _grace(chain)


def _start(chain: TimeChain) -> Iterator[Refusal]:
    if chain.least_startup and chain.startup <= chain.least_startup:
        yield Refusal(
            at=("probes", "startupSeconds"),
            found=f"{chain.startup}, while the model takes {chain.least_startup} to load and warm up",
            allowed=f"more than {chain.least_startup} seconds: the startup probe would end each pod that still loads",
            mend="leave `startupSeconds` out: it follows from `model.size`, `bandwidth` and `warmUpSeconds`",
        )
    elif chain.startup > DAY:
        yield Refusal(
            at=("model", "bandwidth"),
            found=f"a start of {chain.startup} seconds",
            allowed="a model that is read within a day",
            mend="correct `model.size` or `model.bandwidth`, or keep the model on the nodes: `nodeLocal`, `image`",
        )


def _pull(chain: TimeChain) -> Iterator[Refusal]:
    if chain.pull < chain.least_pull:
        yield Refusal(
            at=("pullSeconds",),
            found=f"{chain.pull}, while the image with the model takes {chain.least_pull} to pull",
            allowed=f"at least {chain.least_pull} seconds",
            mend="leave `pullSeconds` out: it follows from `model.size`",
        )


def _progress(chain: TimeChain) -> Iterator[Refusal]:
    if chain.progress <= chain.startup:
        yield Refusal(
            at=("deadlines", "progressSeconds"),
            found=f"{chain.progress}, while a start may take {chain.startup}",
            allowed=f"more than {chain.startup} seconds: a rollout would count as stuck while its first pod starts",
            mend=f"leave it out, or write {chain.pull + chain.startup} or more",
        )


def _rollout(chain: TimeChain) -> Iterator[Refusal]:
    if chain.rollout <= chain.progress:
        yield Refusal(
            at=("deadlines", "awaitSeconds"),
            found=f"{chain.rollout}, while a rollout may stand still for {chain.progress}",
            allowed=f"more than {chain.progress} seconds: Pulumi would give up before Kubernetes says what is wrong",
            mend="leave it out: it follows from the number of pods and what each of them takes",
        )


def _grace(chain: TimeChain) -> Iterator[Refusal]:
    if chain.grace < chain.stop:
        yield Refusal(
            at=("shutdown", "graceSeconds"),
            found=f"{chain.grace}, while an orderly stop takes {chain.stop}",
            allowed=f"at least {chain.stop} seconds: `preStopSeconds`, `drainSeconds` and {defaults.STOP_MARGIN} more",
            mend="leave it out, or lower `drainSeconds`: requests under way would be cut off",
        )


def deploy_seconds(chains: Mapping[str, TimeChain], needs: Needs) -> int:
    """Seconds until the last workload is ready, each of which waits for those that it needs."""
    ready: dict[str, int] = {}
    for name in in_order({name: needs[name] for name in chains}):
        ready[name] = chains[name].rollout + max((ready.get(needed, 0) for needed in needs[name]), default=0)
    return max(ready.values(), default=0)


def least_job_seconds(seconds: int) -> int:
    """The shortest bound of a job that brings the stack up: its rollouts, and the rest of the run."""
    return seconds + defaults.JOB_MARGIN


def job_checks(stated: int, chains: Mapping[str, TimeChain], needs: Needs) -> Iterator[Refusal]:
    """The job that deploys is not ended before Pulumi has told what went wrong."""
    seconds = deploy_seconds(chains, needs)
    least = least_job_seconds(seconds)
    if stated < least:
        longest = max(chains, key=lambda name: chains[name].rollout)
        yield Refusal(
            at=("environment", "jobSeconds"),
            found=f"{stated}, while rollouts may take {seconds} ({longest} alone {chains[longest].rollout})",
            allowed=f"at least {least} seconds: the rollouts, and {defaults.JOB_MARGIN} for the rest of the run",
            mend="raise it, and the job's own bound (`timeout-minutes`) with it; a job that is ended leaves the stack "
            "locked",
        )
