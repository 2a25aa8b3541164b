"""Jobs on a real cluster: one that ends well, one that fails, one that is made anew, and one by a schedule."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.cluster.stacks import Block, Stack, responder_of, write_stack
from tests.cluster.support import Cluster, Object
from tests.support.workbench import Workbench

JOB: Block = {"deadlineSeconds": 60, "retries": 1}
PRICES: Block = {"currency": "EUR", "cpuHour": 1, "memoryHour": 0, "storageMonth": 0}
ENDED_S = 60


def job(actor: str, *args: str, **fields: Any) -> Block:
    """A job of the tests' own program."""
    kept = {key: value for key, value in responder_of(actor).items() if key in ("image", "resources", "shutdown")}
    return {**kept, "args": list(args), "pullSeconds": 30, "job": {**JOB, **fields}}


@pytest.fixture(scope="module")
def stack(checkout: Workbench, cluster: Cluster, embedded_registry: str, actor: str) -> Stack:
    """A stack with a job that ended well, and one with a schedule; it has prices."""
    workloads = {
        "migrate": {**job(actor, "-say=well"), "volumes": [{"name": "work", "path": "/work", "size": "4Mi"}]},
        "report": job(actor, "-say=reported", schedule={"cron": "0 3 1 1 *"}),
    }
    made = write_stack(checkout, cluster, embedded_registry, workloads, prices=PRICES)
    made.deploy()
    return made


def the_job(stack: Stack) -> Object:
    """The one job without a schedule."""
    [found] = [each for each in stack.objects("jobs") if each["metadata"]["name"] == "migrate"]
    return found


def test_up_waits_for_the_good_end_of_a_job(stack: Stack) -> None:
    assert the_job(stack)["status"]["succeeded"] == 1


def test_a_preview_shows_the_new_run_and_what_it_costs(stack: Stack) -> None:
    stack.change("migrate", args=["-say=again"], job={**JOB, "deadlineSeconds": 3660})
    said = stack.preview()
    assert said.code == 0, said.text
    assert re.search(r"kubernetes:batch/v1:Job\s+migrate\s+replace", said.text), said.text
    # An hour more of a fiftieth of a core.
    assert re.search(r"Cost of a month: 0\.00 to 0\.02 EUR, \+0\.00 to \+0\.02$", said.text, re.MULTILINE), said.text


def test_a_failed_job_fails_every_up_with_its_cause_and_each_runs_it_again(stack: Stack) -> None:
    # given a version that fails
    runs = [the_job(stack)["metadata"]["uid"]]
    stack.change("migrate", args=["-say=no luck", "-code=3"], job={**JOB, "retries": 0})
    # when it is brought up, and once more as it is
    for _ in range(2):
        said = stack.up()
        # then that fails, and says how it ended
        assert said.code == 1, said.text
        assert re.search(r"(?s)'migrate' failed: .*exit code 3.*no luck", said.text), said.text
        runs.append(the_job(stack)["metadata"]["uid"])
    # and was a new run each time
    assert len(set(runs)) == 3


def test_a_run_of_a_schedule_ends_well(stack: Stack) -> None:
    stack.cluster.kubectl("create", "job", "now", "--from=cronjob/report", "--namespace", stack.namespace)
    stack.cluster.wait("job/now", "condition=Complete", stack.namespace, ENDED_S)
    assert "reported" in stack.cluster.kubectl("logs", "job/now", "--namespace", stack.namespace)
