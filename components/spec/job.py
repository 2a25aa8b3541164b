"""Work that comes to an end: once for each version of it, or whenever its schedule comes round."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from components.spec import defaults
from components.spec.base import Spec
from components.spec.checked import Checked, Checks
from components.spec.cron import CronText, TimeZone, read_cron, repeats_hours
from components.spec.refusal import Refusal
from components.spec.values import Seconds

if TYPE_CHECKING:
    from components.spec.workload import Workload

FIRST_WAIT, LONGEST_WAIT = 10, 360
"""Seconds before the first retry, each later one of which waits twice as long, and the longest wait: Kubernetes' own
(https://kubernetes.io/docs/concepts/workloads/controllers/job/#pod-backoff-failure-policy)."""

_HOUR = 3600

SERVING: Mapping[str, str] = {
    "replicas": "`job.parallelism` is the number of its pods",
    "autoscaling": "`job.parallelism` is the number of its pods",
    "rollout": "a new version is a new run",
    "port": "nobody calls what comes to an end",
    "extra_ports": "nobody calls what comes to an end",
    "publish": "nobody calls what comes to an end",
    "probes": "its end says how it went",
    "restart": "`job.retries` says how often it begins anew",
    "deadlines": "`job.deadlineSeconds` bounds it",
    "live_reload": "it ends before its source changes",
    "slo": "it answers no requests",
}
"""Fields of a workload that serves, and what takes their place in a job."""


class Schedule(Spec):
    """When it runs, again and again."""

    cron: CronText
    """Minute, hour, day of the month, month and weekday."""

    time_zone: TimeZone = defaults.TIME_ZONE
    """Whose clock that is."""

    concurrency: Literal["forbid", "replace", "allow"] = defaults.CONCURRENCY
    """What happens when its time comes while the last run goes on: it is left out, takes that one's place, or runs
    beside it."""

    starting_deadline_seconds: Annotated[int, Field(ge=10, le=86_400, examples=[600])] = defaults.STARTING_DEADLINE
    """How late a run may begin that was held up; later, it is left out. With less than ten seconds, Kubernetes may
    leave out every one."""

    keep_succeeded: Annotated[int, Field(ge=0, le=100, examples=[3])] = defaults.KEPT_SUCCEEDED
    """Runs that went well and stay to be looked at."""

    keep_failed: Annotated[int, Field(ge=0, le=100, examples=[3])] = defaults.KEPT_FAILED
    """Runs that failed and stay to be looked at."""

    suspend: bool = False
    """Whether no run begins for now."""


class Job(Checked):
    """Work that comes to an end. Without a schedule, it runs once, and anew whenever its description changes."""

    deadline_seconds: Annotated[Seconds, Field(examples=[900])]
    """How long a run may take, its image's pull and all retries included; then it is ended, and has failed."""

    retries: Annotated[int, Field(ge=0, le=20, examples=[2])] = defaults.JOB_RETRIES
    """How often a run begins anew after a failure."""

    completions: Annotated[int, Field(ge=1, le=1000, examples=[1])] = 1
    """Pods that must end well."""

    parallelism: Annotated[int, Field(ge=1, le=1000, examples=[1])] = 1
    """How many of them run at a time."""

    ttl_seconds: Annotated[int, Field(ge=60, le=31_536_000, examples=[86_400])] | None = None
    """How long a run that ended stays to be looked at; left out, a day. A minute at least: who waits for its end must
    see it. Those of a schedule stay by their number:
    `schedule.keepSucceeded` and `keepFailed`."""

    schedule: Schedule | None = None
    """When it runs, again and again; left out, once."""

    def checks(self) -> Checks:
        """No more pods at a time than there are; and what is kept, said once."""
        yield self._parallel()
        yield self._kept()

    def _parallel(self) -> Iterator[Refusal]:
        if self.parallelism > self.completions:
            yield Refusal(
                at=("parallelism",),
                found=f"{self.parallelism}, with {self.completions} to complete",
                allowed="no more than `completions`: others would have nothing to do",
                mend=f"raise `completions` to {self.parallelism}, or lower `parallelism`",
            )

    def _kept(self) -> Iterator[Refusal]:
        if self.schedule and self.ttl_seconds is not None:
            yield Refusal(
                at=("ttlSeconds",),
                found=f"{self.ttl_seconds}, beside `schedule`",
                allowed="a time to live of a job without a schedule: it would take runs away that are to be kept",
                mend="remove it; `schedule.keepSucceeded` and `schedule.keepFailed` say how many stay",
            )

    @property
    def once(self) -> bool:
        """Whether it runs once: then somebody can wait for its end."""
        return self.schedule is None

    @property
    def ttl(self) -> int:
        """Seconds that a run without a schedule stays."""
        return defaults.JOB_TTL if self.ttl_seconds is None else self.ttl_seconds

    @property
    def runs(self) -> int:
        """Runs that may go on at the same time."""
        when = self.schedule
        if when is None or when.concurrency != "allow":
            return 1
        gap = read_cron(when.cron).shortest_gap
        # What comes in an hour that is there twice comes again an hour later.
        return -(-self.deadline_seconds // (min(gap, _HOUR) if repeats_hours(when.time_zone) else gap))

    @property
    def most_pods(self) -> int:
        """Pods at a time."""
        return self.runs * self.parallelism

    @property
    def stopping_pods(self) -> int:
        """Pods beside them that are about to end: those of a run whose place another takes."""
        return self.parallelism if self.schedule and self.schedule.concurrency == "replace" else 0

    @property
    def least_seconds(self) -> int:
        """What the waits before all retries take."""
        return sum(min(FIRST_WAIT * 2**retry, LONGEST_WAIT) for retry in range(self.retries))


def work_checks(workload: Workload) -> Checks:
    """What a job has no use for, and what does not fit into its deadline, each check on its own."""
    for check in (_serving, _saved, _in_time):
        yield check(workload)


def _serving(workload: Workload) -> Iterator[Refusal]:
    for name in SERVING if workload.job else ():
        # Left out, every other of these fields changes nothing; the port would be served.
        if name in workload.model_fields_set | {"port"} and getattr(workload, name) is not None:
            alias = type(workload).model_fields[name].alias or name
            yield Refusal(
                at=(alias,),
                found=f"`{alias}`, of a job",
                allowed=f"a job without it: {SERVING[name]}",
                mend=f"remove `{alias}`, or `job` if it is to serve",
            )


def _saved(workload: Workload) -> Iterator[Refusal]:
    for index, volume in enumerate(workload.volumes if workload.job else ()):
        if volume.backup:
            yield Refusal(
                at=("volumes", index, "backup"),
                found="true, of a job",
                allowed="volumes to save of a workload that serves: what saves them runs beside it, and never ends",
                mend="remove it, or keep the data in a workload's volume",
            )


def _in_time(workload: Workload) -> Iterator[Refusal]:
    job, chain = workload.job, workload.times
    if job is None:
        return
    start = chain.pull + chain.least_startup
    if job.deadline_seconds <= start:
        yield Refusal(
            at=("job", "deadlineSeconds"),
            found=f"{job.deadline_seconds}, while its image and its model may take {start} to arrive",
            allowed=f"more than {start} seconds: it would be ended before it has begun",
            mend="raise it, or lower `pullSeconds` if nodes are faster",
        )
    elif job.deadline_seconds <= start + job.least_seconds:
        yield Refusal(
            at=("job", "retries"),
            found=f"{job.retries}, of which Kubernetes makes the last one {job.least_seconds} seconds after the first "
            f"failure at the soonest, within a deadline of {job.deadline_seconds}",
            allowed=f"retries that happen: a deadline of more than {start + job.least_seconds} seconds",
            mend="raise `job.deadlineSeconds`, or lower `job.retries`",
        )
