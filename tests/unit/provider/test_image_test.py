"""What an image must do before it may run, seen with a container whose behaviour is given."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from components.manifests.image_trial import image_trial
from provider import container
from provider import image_test as step
from provider.container import Confinement, specification
from provider.docker_container import options
from provider.image_test import image_test
from provider.runner import Docker, Runc, chosen
from provider.step import RefusedError
from tests.unit.components import given
from tests.unit.toolchain.registry_site import RegistrySite, digest_of, registry_site
from toolchain import oci, trials
from toolchain.errors import ToolchainError
from toolchain.home import Home

QUICK = {"startupSeconds": 1, "graceSeconds": 1, "timeoutSeconds": 1}


@dataclass
class Behaves:
    """A container that does what a test wants.

    Attributes:
        answers: what a page answers with.
        code: how it ended, if it has.
        stops: what it ends with when it is asked to; None if it does not.
    """

    answers: Mapping[str, int | None] = field(default_factory=lambda: {"/health": 200, "/ready": 200})
    code: int | None = None
    stops: int | None = 0

    @property
    def runs(self) -> bool:
        return self.code is None

    def asked(self, port: int, path: str, seconds: float) -> int | None:
        assert port == 8000
        assert seconds == 1
        return self.answers.get(path)

    def executes(self, command: list[str], seconds: float) -> bool:
        assert seconds == 1
        return command == ["check"]

    def stopped(self, seconds: float) -> int | None:
        assert seconds == 1
        return self.stops

    def log(self) -> str:
        return "its last words"


def tried(monkeypatch: pytest.MonkeyPatch, container: Behaves, *, user: str = "10001:10001", **workload: Any) -> str:
    """What the step says of an image whose container behaves so."""

    class Runs:
        @contextmanager
        def running(self, *_: object) -> Generator[Behaves]:
            yield container

    def chosen(_: object) -> Runs:
        return Runs()

    monkeypatch.setattr(step.runner, "chosen", chosen)
    with registry_site() as site:
        reference = f"{site.address}/app@{an_image(site, user)}"
        run = {**image_trial(given.workload(**workload)), **QUICK}
        return str(image_test({"reference": reference, "insecure": True, "run": run})["answered"])


def an_image(site: RegistrySite, user: str) -> str:
    config = f'{{"config": {{"User": "{user}", "Entrypoint": ["/app"]}}}}'.encode()
    site.held("app").blobs[digest_of(config)] = config
    return site.put("app", {"mediaType": oci.MANIFEST, "config": {"digest": digest_of(config)}, "layers": []})


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLIPWAY_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))


def test_an_image_that_answers_and_stops_is_let_through(monkeypatch: pytest.MonkeyPatch):
    assert tried(monkeypatch, Behaves()) == "/health 200, /ready 200"


def test_a_workload_with_a_check_of_its_own_is_asked_by_it(monkeypatch: pytest.MonkeyPatch):
    assert tried(monkeypatch, Behaves(), probes={"command": ["check"]}) == "the check ended well"


def test_a_signal_is_no_failure(monkeypatch: pytest.MonkeyPatch):
    assert tried(monkeypatch, Behaves(stops=143))


@pytest.mark.parametrize(
    ("container", "told"),
    [
        (Behaves(answers={"/health": 200, "/ready": 503}), r"did not answer /ready in 1 s: 503; the end of its log"),
        (Behaves(answers={}), r"did not answer /health in 1 s: None"),
        (Behaves(answers={}, code=137), r"ended with code 137 before it answered; the end of its log:\nits last words"),
        (Behaves(code=1), r"ended with code 1 after it had answered"),
        (Behaves(stops=None), r"did not stop within 1 s of SIGTERM"),
        (Behaves(stops=1), r"ended with code 1 when it was asked to stop"),
    ],
)
def test_an_image_that_breaks_a_promise_is_refused(monkeypatch: pytest.MonkeyPatch, container: Behaves, told: str):
    with pytest.raises(RefusedError, match=told):
        tried(monkeypatch, container)


@pytest.mark.parametrize("user", ["", "root", "0", "0:0", "root:10001"])
def test_an_image_that_runs_as_root_is_refused_unstarted(monkeypatch: pytest.MonkeyPatch, user: str):
    with pytest.raises(RefusedError, match="runs as root unless it is told otherwise"):
        tried(monkeypatch, Behaves(), user=user)


@pytest.mark.parametrize(
    ("workload", "needs"),
    [
        ({"secrets": ["token"]}, "secrets"),
        ({"configFiles": {"folder": "/etc/app", "files": {"a": "b"}}}, "configuration files"),
        ({"dependsOn": ["database"]}, "other workloads"),
        ({"gpu": {"whole": {"count": 1}}}, "a GPU"),
    ],
)
def test_an_image_that_needs_what_is_not_here_is_not_started(
    monkeypatch: pytest.MonkeyPatch, workload: dict[str, Any], needs: str
):
    assert tried(monkeypatch, Behaves(code=1), **workload) == f"not started: it needs {needs}"


def confined(image: Mapping[str, Any], command: tuple[str, ...] = (), folders: tuple[str, ...] = ()) -> dict[str, Any]:
    confinement = Confinement((10001, 10002), 2**28, 64, {"A": "b"}, command, folders)
    return specification(Path("/root-of-it"), image, confinement)


def test_a_container_may_do_nothing_that_a_pod_may_not():
    made = confined({"Entrypoint": ["/app"], "Cmd": ["serve"], "Env": ["PATH=/bin"]})
    assert made["root"]["readonly"]
    assert made["process"]["args"] == ["/app", "serve"]
    assert made["process"]["env"] == ["PATH=/bin", "A=b"]
    assert made["process"]["user"] == {"uid": 10001, "gid": 10002}
    assert made["process"]["noNewPrivileges"]
    assert not any(made["process"]["capabilities"].values())
    assert made["linux"]["resources"] == {"memory": {"limit": 2**28}, "pids": {"limit": 64}}
    assert {"type": "network"} in made["linux"]["namespaces"]


def test_a_command_takes_the_place_of_the_images():
    assert confined({"Entrypoint": ["/app"]}, ("/other",))["process"]["args"] == ["/other"]


def test_a_volume_is_an_empty_folder_of_its_user():
    volume = {"name": "data", "path": "/data", "size": "1Gi"}
    folders = image_trial(given.workload(volumes=[volume], replicas=1))["folders"]
    [mount] = [each for each in confined({"Cmd": ["a"]}, folders=folders)["mounts"] if each["destination"] == "/data"]
    assert mount["type"] == "tmpfs"
    assert {"uid=10001", "gid=10002", "mode=770"} <= set(mount["options"])


def test_an_image_that_says_nothing_to_run_is_refused():
    with pytest.raises(RefusedError, match="says nothing of what to run"):
        confined({})


@pytest.mark.parametrize(
    ("engine", "root", "runs"),
    [(True, False, Docker), (True, True, Docker), (False, True, Runc)],
    ids=["an engine", "an engine, for root", "root alone"],
)
def test_containers_are_run_by_an_engine_or_by_root(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, engine: bool, root: bool, runs: type
):
    monkeypatch.setattr("toolchain.docker.works_here", lambda: engine)
    monkeypatch.setattr(container, "can_run", lambda: root)
    assert isinstance(chosen(Home(tmp_path)), runs)


def test_where_nobody_runs_containers_it_is_told_what_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr("toolchain.docker.works_here", lambda: False)
    monkeypatch.setattr(container, "can_run", lambda: False)
    with pytest.raises(ToolchainError, match=r"no Docker engine.*\n  mend: start Docker") as told:
        chosen(Home(tmp_path))
    assert "slipway:supplyChain.test: false" in str(told.value)


def test_an_engine_is_told_the_same_confinement():
    confinement = Confinement((10001, 10002), 2**28, 64, {"A": "b"}, (), ("/data",))
    told = options("trial", {"Entrypoint": ["/app"], "Cmd": ["serve"]}, confinement, 8000)
    assert {
        "--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges", "--user=10001:10002", "--pids-limit=64",
        "--memory=268435456", "--memory-swap=268435456", "--env=A=b", "--network=trial", "--publish=127.0.0.1::8000",
        "--tmpfs=/data:rw,nosuid,noexec,nodev,uid=10001,gid=10002,mode=770",
    } <= set(told)  # fmt: skip
    assert told[-3:] == ["--entrypoint=/app", "trial", "serve"]


def test_a_machine_that_cannot_mount_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    # given a `mount` that refuses, as in a container without privileges
    program = tmp_path / "bin" / "mount"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\necho 'mount: permission denied' >&2\nexit 32\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=":")
    # then there is one message, and nothing is left
    home = Home(tmp_path / "home")
    with (
        pytest.raises(ToolchainError, match=r"permission denied\n  mend: .*supplyChain.test: false"),
        trials.trial(home, in_memory=True),
    ):
        pass
    assert list(home.trials.iterdir()) == []
