"""What is asked of Docker's engine, where there is one."""

import base64
import json
import tomllib
from pathlib import Path

import pytest

from tests.unit.toolchain.given import bare_machine, program
from toolchain import docker, registry


def test_the_registry_is_published_on_the_loopback_address_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(registry.PORT_VARIABLE, "5002")
    command = docker.run_registry_command()
    assert command[command.index("--publish") + 1] == "127.0.0.1:5002:5000"
    assert command[:3] == ["docker", "run", "--detach"]
    assert command[-1].startswith("registry:2.")


def test_pushed_images_outlive_the_container() -> None:
    command = docker.run_registry_command()
    assert command[command.index("--volume") + 1] == "slipway-registry:/var/lib/registry"
    assert not any("--volumes" in word for stop in docker.stop_commands() for word in stop)


def test_both_containers_are_ended() -> None:
    assert [command[-1] for command in docker.stop_commands()] == ["buildx_buildkit_slipway0", "slipway-registry"]


def test_the_builder_is_a_container_that_reaches_the_registry() -> None:
    described = json.loads(docker.builder_instance("unix:///s"))
    assert described["Driver"] == "docker-container"
    node = described["Nodes"][0]
    assert node["Endpoint"] == "unix:///s"
    assert node["DriverOpts"] == {"network": "host"}
    configuration = tomllib.loads(base64.b64decode(node["Files"]["buildkitd.toml"]).decode())
    assert configuration == {"registry": {"127.0.0.1:5001": {"http": True}}}


@pytest.mark.parametrize(("prints", "code", "works"), [("28.2.2", 0, True), ("", 0, False), ("28.2.2", 1, False)])
def test_a_client_without_an_engine_is_not_enough(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, prints: str, code: int, works: bool
) -> None:
    _, folder = bare_machine(monkeypatch, tmp_path)
    program(folder / "docker", prints, code)
    assert docker.works() is works


def test_the_engine_is_that_of_the_users_context(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _, folder = bare_machine(monkeypatch, tmp_path)
    assert docker.endpoint() == docker.DEFAULT_ENDPOINT
    program(folder / "docker", "unix:///desktop.sock")
    assert docker.endpoint() == "unix:///desktop.sock"


@pytest.mark.parametrize(
    ("named", "theirs"),
    [
        ("unix:///home/run/slipway-docker.sock", {"PATH": "/bin"}),
        ("tcp://build:2375", {"PATH": "/bin", "DOCKER_HOST": "tcp://build:2375"}),
    ],
)
def test_slipways_own_host_is_not_the_users_engine(named: str, theirs: dict[str, str]) -> None:
    assert docker.users_own({"PATH": "/bin", "DOCKER_HOST": named}) == theirs
