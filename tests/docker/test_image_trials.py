"""The test of an image in a Docker engine, and by runc: the same confinement and verdicts, and nothing left behind."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from provider import runner
from provider.image_test import image_test
from provider.step import RefusedError
from tests.docker.engine import Engine
from tests.support.container import Workshop, build
from tests.support.small_image import BASE
from toolchain import docker, trials
from toolchain.docker_host.layout import Layout
from toolchain.home import Home

PROGRAM = """\
import http.server, os, signal, sys, time

def confined():
    status = open("/proc/self/status").read()
    assert (os.getuid(), os.getgid()) == (10001, 10002)
    assert all(f"{each}:\\t{'0' * 16}" in status for each in ("CapEff", "CapPrm", "CapBnd", "CapAmb"))
    assert "NoNewPrivs:\\t1" in status
    for folder in ("/tmp", "/data"):
        open(f"{folder}/written", "w").write("written")
        assert not os.access(f"{folder}/written", os.X_OK) and os.statvfs(folder).f_flag & os.ST_NOEXEC
    try:
        open("/written", "w")
    except OSError:
        return os.environ["WORD"]

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if confined() == "said" else 500)
        self.end_headers()

if sys.argv[1] == "ends":
    print("its last words", flush=True)
    sys.exit(7)
signal.signal(signal.SIGTERM, (lambda *_: None) if sys.argv[1] == "deaf" else (lambda *_: sys.exit(0)))
http.server.HTTPServer(("0.0.0.0", 8000), Handler).serve_forever()
"""


@pytest.fixture(scope="module")
def image(engine: Engine, home: Home, tmp_path_factory: pytest.TempPathFactory) -> str:
    """An image of a program that behaves as its command says."""
    folder = tmp_path_factory.mktemp("image")
    (folder / "program.py").write_text(PROGRAM)
    (folder / "Dockerfile").write_text(f"FROM {BASE}\nCOPY program.py /program.py\nUSER 10001:10002\n")
    return build(folder, "tests/image-trials", Workshop.opened(home), tmp_path_factory.mktemp("work")).reference


@pytest.fixture
def users_engine(engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    """The engine as a user's own: slipway's own socket would not be taken for one."""
    socket = tmp_path / "docker.sock"
    socket.symlink_to(engine.endpoint.removeprefix("unix://"))
    monkeypatch.setenv("DOCKER_HOST", f"unix://{socket}")
    monkeypatch.setenv("PATH", f"{engine.client.parent}:{os.environ['PATH']}")
    return engine


@pytest.fixture(params=["engine", "runc"])
def runs(request: pytest.FixtureRequest, home: Home) -> type:
    """Each of those who run containers."""
    if request.param == "engine":
        request.getfixturevalue("users_engine")
    wanted = {"engine": runner.Docker, "runc": runner.Runc}[request.param]
    assert isinstance(runner.chosen(home), wanted)
    return wanted


def tried(image: str, behaves: str) -> str:
    run: dict[str, Any] = {
        "user": 10001, "group": 10002, "memory": 2**28, "processes": 16, "environ": {"WORD": "said"}, "port": 8000,
        "folders": ["/data"], "command": ["python3", "/program.py", behaves], "paths": ["/health"], "check": [],
        "needs": "", "startupSeconds": 60, "timeoutSeconds": 5, "graceSeconds": 2 if behaves == "deaf" else 30,
    }  # fmt: skip
    return str(image_test({"reference": image, "insecure": True, "run": run})["answered"])


def test_an_image_that_keeps_its_promises_within_its_confinement_is_let_through(image: str, runs: type) -> None:
    assert tried(image, "well") == "/health 200"


@pytest.mark.parametrize(
    ("behaves", "told"),
    [
        ("ends", r"ended with code 7 before it answered; the end of its log:\nits last words"),
        ("deaf", r"did not stop within 2 s of SIGTERM"),
    ],
)
def test_an_image_that_breaks_one_is_refused(image: str, runs: type, behaves: str, told: str) -> None:
    with pytest.raises(RefusedError, match=told):
        tried(image, behaves)


def test_nothing_is_left_in_the_engine_not_even_of_a_test_that_was_killed(
    users_engine: Engine, home: Home, image: str
) -> None:
    # given tests that are over, and what a killed one leaves
    name = "slipway-image-test-killed"
    folder = home.trials / "999999999-killed"
    folder.mkdir(parents=True)
    (folder / trials.DOCKER).write_text(name)
    users_engine.docker("network", "create", name)
    # when the next test, or command, sweeps
    trials.sweep(home)
    # then there is no container, no network, no image and no file of any
    assert not folder.exists()
    assert users_engine.names("slipway-image-test") == set()
    assert "slipway-image-test" not in users_engine.docker("image", "ls", "--format", "{{.Repository}}")


def test_an_engine_elsewhere_runs_nothing(users_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    assert docker.works_here()
    monkeypatch.setenv("DOCKER_HOST", "tcp://127.0.0.1:9")
    assert not docker.works_here()
    monkeypatch.setenv("DOCKER_HOST", Layout(Home.from_environment()).endpoint)
    assert docker.users_own(os.environ).get("DOCKER_HOST") is None
