"""The embedded registry starts on its own port, never takes another's, and survives being killed."""

import sys
from collections.abc import Generator
from pathlib import Path

import psutil
import pytest
import yaml

from tests.support.ports import free_port
from tests.unit.toolchain.sites import Answer, served
from toolchain import files, processes, registry
from toolchain.errors import ToolchainError
from toolchain.home import Home

REGISTRY = """#!{python}
import http.server, sys, yaml
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/v2/" else 404)
        self.end_headers()
host, port = yaml.safe_load(open(sys.argv[2]))["http"]["addr"].split(":")
http.server.ThreadingHTTPServer((host, int(port)), Handler).serve_forever()
"""
"""A program that takes the registry's arguments and configuration, and answers as one."""


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> int:
    chosen = free_port()
    monkeypatch.setenv(registry.PORT_VARIABLE, str(chosen))
    return chosen


@pytest.fixture
def home(tmp_path: Path) -> Generator[Home]:
    home = Home(tmp_path / "home")
    yield home
    registry.stop(home)


@pytest.fixture
def program(tmp_path: Path) -> str:
    path = tmp_path / "docker-registry"
    files.write(path, REGISTRY.format(python=sys.executable), mode=0o755)
    return str(path)


def test_the_port_is_5001_unless_the_variable_says_otherwise() -> None:
    assert registry.port({}) == 5001
    assert registry.port({"SLIPWAY_REGISTRY_PORT": "5002"}) == 5002


@pytest.mark.parametrize("text", ["http", "0", "65536", "-1", "5001 ", "\u0665"])
def test_what_is_no_port_is_refused_with_what_is_allowed(text: str) -> None:
    with pytest.raises(ToolchainError, match=", not a port") as caught:
        registry.port({"SLIPWAY_REGISTRY_PORT": text})
    assert "1 to 65535" in caught.value.mend


def test_the_configuration_serves_the_homes_folder_on_the_loopback_address(port: int) -> None:
    content = yaml.safe_load(registry.configuration(Home(Path("/h"))))
    assert content["storage"]["filesystem"]["rootdirectory"] == "/h/registry"
    assert content["http"]["addr"] == f"127.0.0.1:{port}"


@pytest.mark.usefixtures("port")
def test_a_started_registry_answers_and_a_stopped_one_does_not(home: Home, program: str) -> None:
    registry.start(home, program)
    assert registry.answers()
    assert registry.stop(home)
    assert not registry.answers()


@pytest.mark.usefixtures("port")
def test_a_registry_that_runs_is_left_as_it_is(home: Home, program: str) -> None:
    registry.start(home, program)
    before = processes.running(home, registry.NAME)
    registry.start(home, program)
    assert processes.running(home, registry.NAME) == before


@pytest.mark.usefixtures("port")
def test_a_killed_registry_is_started_again(home: Home, program: str) -> None:
    registry.start(home, program)
    mark = processes.running(home, registry.NAME)
    assert mark is not None
    processes.end([psutil.Process(mark.pid)], 0.0)
    registry.start(home, program)
    assert registry.answers()


@pytest.mark.usefixtures("port")
def test_a_registry_whose_record_was_lost_is_replaced(home: Home, program: str) -> None:
    registry.start(home, program)
    processes.record(home, registry.NAME).unlink()
    registry.start(home, program)
    assert registry.answers()


def test_a_registry_follows_a_changed_port(
    home: Home, program: str, monkeypatch: pytest.MonkeyPatch, port: int
) -> None:
    registry.start(home, program)
    monkeypatch.setenv(registry.PORT_VARIABLE, str(free_port()))
    registry.start(home, program)
    assert registry.answers()
    assert not registry.answers(f"127.0.0.1:{port}")


def test_a_port_taken_by_another_program_is_told_with_its_owner(home: Home, program: str, port: int) -> None:
    with (
        served(lambda _: Answer(200), port),
        pytest.raises(ToolchainError, match=f"port {port}.*is taken by") as caught,
    ):
        registry.start(home, program)
    assert registry.PORT_VARIABLE in caught.value.mend
