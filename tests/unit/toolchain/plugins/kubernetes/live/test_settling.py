from __future__ import annotations

import pytest

from toolchain.plugins.base_values import Properties
from toolchain.plugins.kubernetes.live.settling import SETTLE_S, all_running, settle_seconds, starts

RUNNING: Properties = {"running": {"startedAt": "2026-11-22T02:19:29Z"}}
PROBED: Properties = {"name": "a", "readinessProbe": {"httpGet": {"port": 80}}}


def pod(*containers: Properties, state: Properties = RUNNING, restarts: int = 0, phase: str = "Running") -> Properties:
    status: Properties = {"containerID": "c", "restartCount": restarts, "state": state}
    return {
        "metadata": {"uid": "u"},
        "spec": {"containers": [*containers]},
        "status": {"phase": phase, "containerStatuses": [status]},
    }


@pytest.mark.parametrize(
    ("spec", "found", "seconds"),
    [
        ({}, [pod({"name": "a"})], SETTLE_S),
        ({}, [pod(PROBED, {"name": "b"})], SETTLE_S),
        ({}, [pod(PROBED)], 0),
        ({}, [], 0),
        ({}, [pod({"name": "a"}, phase="Succeeded")], 0),
        ({"minReadySeconds": 3}, [pod({"name": "a"})], SETTLE_S - 3),
        ({"minReadySeconds": 60}, [pod({"name": "a"})], 0),
    ],
)
def test_only_containers_without_probe_are_watched_longer(
    spec: Properties, found: list[Properties], seconds: float
) -> None:
    assert settle_seconds({"spec": spec}, found) == seconds


def test_a_restart_is_another_start() -> None:
    assert starts([pod()]) != starts([pod(restarts=1)])


@pytest.mark.parametrize(
    ("state", "runs"),
    [
        (RUNNING, True),
        ({"terminated": {"exitCode": 0, "reason": "Completed"}}, True),
        ({"terminated": {"exitCode": 1, "reason": "Error"}}, False),
        ({"waiting": {"reason": "CrashLoopBackOff"}}, False),
    ],
)
def test_what_has_crashed_does_not_run(state: Properties, runs: bool) -> None:
    assert all_running([pod(state=state)]) is runs
