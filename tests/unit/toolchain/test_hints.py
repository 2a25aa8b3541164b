"""The engine's words for the faults a newcomer meets are recognised; other failures get no wrong hint."""

from __future__ import annotations

from pathlib import Path

import pytest

from toolchain import buildkit, processes
from toolchain.hints import HINTS, explain, plain
from toolchain.home import Home

# What the engine, BuildKit, the registry and Kubernetes' client really print.
SAID = {
    "disk-full": "error: open /x/.pulumi/stacks/slipway/dev.json.18c.tmp: write: no space left on device",
    "registry-full": 'failed to push r/a: {"errors":[{"detail":{"DriverName":"filesystem","Enclosed":{"Err":28}}}]}',
    "stack-locked": "error: the stack is currently locked by 1 lock(s). Either wait for the other process(es) to end",
    "wrong-passphrase": "error: getting stack configuration: get stack secrets manager: incorrect passphrase",
    "no-passphrase": "error: passphrase must be set with PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE "
    "environment variables",
    "registry-credentials": "error: failed to push registry.example.com/a: unexpected status: 401 Unauthorized",
    "buildkit-down": 'error: failed to list workers: Unavailable: connection error: desc = "transport: Error while '
    'dialing: dial unix /c/run/buildkitd.sock: connect: no such file or directory"',
    "build-timeout": "docker-build:index:Image python-api context deadline exceeded",
    "registry-down": 'error: failed to solve: failed to do request: Head "http://127.0.0.1:5001/v2/a": dial tcp '
    "127.0.0.1:5001: connect: connection refused",
    "base-gone": f"error: failed to solve: failed to resolve source metadata for r/a:1@sha256:{'0' * 64}: "
    f"r/a:1@sha256:{'0' * 64}: not found",
    "registry-fails": 'error: failed to solve: failed to push r/a: failed to do request: Post "http://r/v2/a": EOF',
    "cluster-unreachable": "error: configured Kubernetes cluster is unreachable: unable to load Kubernetes client "
    "configuration from kubeconfig file",
}


@pytest.mark.parametrize("hint", HINTS, ids=lambda hint: hint.name)
def test_a_known_fault_is_recognised(hint: object) -> None:
    name = getattr(hint, "name", "")
    assert explain(SAID[name]) == hint


def test_a_full_disk_is_named_although_the_registry_failed_by_it() -> None:
    hint = explain("failed to push: dial tcp 127.0.0.1:5001: connect: connection refused\nno space left on device")
    assert hint is not None
    assert hint.name == "disk-full"


def test_a_refused_push_is_told_by_its_login() -> None:
    hint = explain("error: failed to solve: failed to push 127.0.0.1:5001/slipway/python-api:dev: unauthorized")
    assert hint is not None
    assert hint.name == "registry-credentials"


def test_a_builder_that_is_not_there_is_recognised_by_whose_error_it_is() -> None:
    hint = explain('docker-build:index:Image python-api new builder: no builder "gone" found')
    assert hint is not None
    assert hint.name == "buildkit-down"


def test_a_build_that_did_not_end_in_time_is_told_how_to_be_given_more() -> None:
    hint = explain(SAID["build-timeout"])
    assert hint is not None
    assert "slipway:registry.builder.timeoutSeconds" in hint.mend


@pytest.mark.parametrize(
    "said",
    [
        "error: failed to receive status: rpc error: code = Unavailable desc = error reading from server: EOF",
        "error: failed to solve: Unavailable: error reading from server: EOF",
    ],
)
def test_a_buildkit_that_ends_during_a_build_is_recognised(said: str) -> None:
    hint = explain(said)
    assert hint is not None
    assert hint.name == "buildkit-down"


def test_an_unknown_failure_gets_no_hint() -> None:
    assert explain("error: Program failed with an unhandled exception: KeyError: 'api'") is None


def test_colours_do_not_hide_a_cause() -> None:
    assert plain("\x1b[31mincorrect\x1b[0m passphrase") == "incorrect passphrase"
    assert explain("\x1b[31mincorrect\x1b[0m passphrase") is not None


def test_a_builder_that_does_not_answer_names_the_log_that_it_writes(tmp_path: Path) -> None:
    log = processes.Service(buildkit.NAME, (), Home(tmp_path)).log
    (hint,) = (hint for hint in HINTS if hint.name == "buildkit-down")
    assert f"$SLIPWAY_HOME/{log.relative_to(tmp_path)}" in hint.mend
