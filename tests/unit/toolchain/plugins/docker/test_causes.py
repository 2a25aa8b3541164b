"""Failures are said by their causes."""

from typing import Any

import pytest

from toolchain.plugins.docker.causes import CRASHES, cause, of_container


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("listen tcp 127.0.0.1:8000: bind: address already in use", "the port 127.0.0.1:8000 is taken"),
        ("Bind for 0.0.0.0:80 failed: port is already allocated", "the port 0.0.0.0:80 is taken"),
        ("manifest for a/b@sha256:0 not found: manifest unknown: manifest unknown", "the registry has no such image"),
        ("no matching manifest for linux/arm64/v8 in the manifest list entries", "does not exist for linux/arm64/v8"),
        ("pull access denied for a/b, repository does not exist", "the registry refuses"),
        (
            'Get "http://r:5000/v2/": dial tcp 10.0.0.1:5000: connect: connection refused',
            "the registry does not answer",
        ),
        ("http: server gave HTTP response to HTTPS client", "the registry speaks plain HTTP"),
        ("write /var/lib/docker/x: no space left on device", "the engine's disk is full"),
        ('exec: "/nothing": stat /nothing: no such file or directory: unknown', "there is no program /nothing"),
        ("container rootfs is marked read-only", "a file system that is read-only"),
        ('could not select device driver "" with capabilities: [[gpu]]', "NVIDIA container toolkit"),
    ],
)
def test_what_the_engine_says_is_said_in_words_too(said: str, meant: str) -> None:
    assert meant in cause(said)
    assert cause(said).endswith(f"(the engine says: {said})")


def test_other_words_of_the_engine_are_passed_on() -> None:
    assert cause("something\n new") == "something new"


def found(restarts: int = 0, **state: Any) -> dict[str, Any]:
    return {"RestartCount": restarts, "State": state}


RUNNING: dict[str, Any] = {"Status": "running", "Running": True}


@pytest.mark.parametrize(
    ("container", "healthy"),
    [
        (found(**RUNNING), False),
        (found(**RUNNING, Health={"Status": "healthy"}), True),
        (found(**RUNNING, Health={"Status": "starting"}), False),
    ],
)
def test_a_container_that_is_as_wanted_has_no_cause(container: dict[str, Any], healthy: bool) -> None:
    assert of_container(container, healthy=healthy) is None


@pytest.mark.parametrize(
    ("container", "words", "final"),
    [
        (found(Status="created"), "it is created", False),
        (found(Status="exited", ExitCode=4), "it ended with code 4", True),
        (found(Status="exited", ExitCode=0), "it ended by itself, with code 0", True),
        (found(Status="exited", ExitCode=137, OOMKilled=True), "needed more memory than its limit", True),
        (found(Status="exited", ExitCode=137), "it was killed (code 137)", True),
        (found(1, Status="restarting", Running=True, Restarting=True, ExitCode=1), "1 times by now", False),
        (found(CRASHES, Status="restarting", Running=True, Restarting=True, ExitCode=1), "3 times by now", True),
        (found(**RUNNING, Health={"Status": "starting"}), "has not run yet", False),
        (found(**RUNNING), "it has no health check", True),
        (
            found(**RUNNING, Health={"Status": "unhealthy", "Log": [{"ExitCode": 1, "Output": "no\n database"}]}),
            "it is unhealthy: its health check failed with code 1, saying: no database",
            True,
        ),
    ],
)
def test_a_container_that_is_not_ready_says_why_and_whether_waiting_helps(
    container: dict[str, Any], words: str, final: bool
) -> None:
    failure = of_container(container, healthy=True)
    assert failure is not None
    assert words in failure.sentence
    assert failure.final is final
