"""What a job takes: pods at a time, and time."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.spec.capacity import demands
from components.spec.job import Job
from components.spec.workload import Workload
from tests.unit.components.given import settings, workload, written


def job(**fields: Any) -> Workload:
    return workload(port=None, job={"deadlineSeconds": 900, **fields})


def every(minutes: int, concurrency: str, **fields: Any) -> Workload:
    return job(schedule={"cron": f"*/{minutes} * * * *", "concurrency": concurrency}, **fields)


@pytest.mark.parametrize(
    ("what", "most", "surge"),
    [
        (job(), 1, 0),
        (job(completions=4, parallelism=3), 3, 0),
        (every(10, "forbid"), 1, 0),
        (every(10, "replace", completions=2, parallelism=2), 2, 2),
        # 900 seconds reach into the second run.
        (every(10, "allow"), 2, 0),
        (every(15, "allow", completions=2, parallelism=2), 2, 0),
        (every(1, "allow"), 15, 0),
    ],
)
def test_the_peak_counts_the_pods_of_runs_that_may_meet(what: Workload, most: int, surge: int) -> None:
    demand = demands({"report": what}, None, None)["report"]

    assert (demand.usual, demand.most, demand.surge, demand.ends_first) == (0, most, surge, True)


@pytest.mark.parametrize(("zone", "runs"), [("Etc/UTC", 1), ("Asia/Tokyo", 1), ("Europe/Berlin", 2)])
def test_a_run_of_an_hour_that_is_there_twice_may_meet_itself(zone: str, runs: int) -> None:
    nightly = {"cron": "30 2 * * *", "timeZone": zone, "concurrency": "allow"}
    what = job(deadlineSeconds=7200, schedule=nightly).job

    assert what
    assert what.runs == runs


def test_pulumi_waits_for_a_job_until_kubernetes_has_ended_it() -> None:
    what = job()

    assert what.times.rollout == 900 + what.times.grace


def test_nobody_waits_for_a_schedule() -> None:
    assert every(10, "forbid", deadlineSeconds=80_000).times.rollout < 900


@given(st.integers(0, 20))
def test_each_retry_waits_no_shorter_than_the_one_before_it(retries: int) -> None:
    def least(count: int) -> int:
        return Job(deadline_seconds=900, retries=count).least_seconds

    assert 0 <= least(retries) - (least(retries - 1) if retries else 0) <= 360
    assert least(retries) >= 10 * retries


def test_a_service_may_wait_for_a_job_that_runs_once() -> None:
    waiting = written()["workloads"]["api"] | {"dependsOn": ["migrate"]}
    migrate = {"image": waiting["image"], "port": None, "job": {"deadlineSeconds": 900}}

    found = settings(workloads={"api": waiting, "migrate": migrate})

    assert found.workloads["migrate"].tells
