"""The Docker host's configuration follows from its home and the registry's port."""

import json
import stat
from pathlib import Path

import pytest

from toolchain.docker_host import configuration
from toolchain.docker_host.layout import Layout
from toolchain.home import Home

LAYOUT = Layout(Home(Path("/home")))


def test_the_daemon_answers_on_a_socket_of_the_home_and_nowhere_else() -> None:
    assert json.loads(configuration.daemon(LAYOUT, 5001, 20))["hosts"] == ["unix:///home/run/slipway-docker.sock"]


@pytest.mark.parametrize("setting", ["data-root", "deprecated-key-path", "init-path", "userland-proxy-path"])
def test_the_daemon_writes_into_the_home(setting: str) -> None:
    assert json.loads(configuration.daemon(LAYOUT, 5001, 20))[setting].startswith("/home/docker-host/")


def test_containers_of_two_homes_are_told_apart_by_their_control_groups() -> None:
    other = Layout(Home(Path("/other")))
    assert (
        json.loads(configuration.daemon(LAYOUT, 5001, 20))["cgroup-parent"]
        != json.loads(configuration.daemon(other, 5001, 20))["cgroup-parent"]
    )


def test_the_embedded_registry_is_known_and_reached_at_its_own_address() -> None:
    daemon = json.loads(configuration.daemon(LAYOUT, 5002, 20))
    assert daemon["insecure-registries"] == ["127.0.0.1:5002"]
    assert daemon["registry-mirrors"] == ["http://127.0.0.1:5002"]
    relay = next(part for part in configuration.parts(LAYOUT, 5002) if part.name == "registry")
    assert relay.command[-3:] == ("/home/docker-host/state/machine-network", "127.0.0.1", "5002")


def test_without_a_way_out_or_a_registry_there_is_still_a_host() -> None:
    assert [part.name for part in configuration.parts(LAYOUT, 5001) if part.vital] == ["dockerd"]


def test_containers_do_not_reach_what_listens_on_the_machines_loopback_address() -> None:
    egress = next(part for part in configuration.parts(LAYOUT, 5001) if part.name == "egress")
    assert "--disable-host-loopback" in egress.command


def test_nothing_of_the_callers_environment_is_handed_on() -> None:
    assert set(json.loads(configuration.plan(LAYOUT, 5001))["environ"]) == {"PATH", "HOME"}


def test_what_is_started_for_a_published_port_can_be_started(tmp_path: Path) -> None:
    layout = Layout(Home(tmp_path))
    configuration.write(layout, 5001, 20)
    assert stat.S_IMODE(layout.relay.stat().st_mode) == 0o755
    assert layout.machine_network.is_file()


def test_a_newer_engine_is_not_given_settings_that_it_refuses() -> None:
    assert {"deprecated-key-path", "oom-score-adjust"} <= set(json.loads(configuration.daemon(LAYOUT, 5001, 20)))
    assert not {"deprecated-key-path", "oom-score-adjust"} & set(json.loads(configuration.daemon(LAYOUT, 5001, 26)))
