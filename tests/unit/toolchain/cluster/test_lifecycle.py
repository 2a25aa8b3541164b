from pathlib import Path

import pytest

from toolchain import processes
from toolchain.cluster import host_network, lifecycle, machine, programs
from toolchain.cluster.layout import Layout
from toolchain.errors import ToolchainError
from toolchain.home import Home
from toolchain.progress import Progress


def fitting(*_: object) -> machine.Machine:
    return machine.Machine("/usr/sbin/runc", "amd64")


def nothing(*_: object) -> None:
    """All is there already."""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home on a machine that has all it needs and no cluster."""
    monkeypatch.setattr(machine, "ensure", fitting)
    monkeypatch.setattr(programs, "ensure", nothing)
    monkeypatch.setattr(machine, "has_rules", lambda: False)
    monkeypatch.setattr(host_network, "link_exists", lambda: False)
    monkeypatch.setattr(host_network, "owner", lambda: "")
    return Home(tmp_path)


def test_all_that_could_be_left_behind_has_a_namespace_of_its_own() -> None:
    command = lifecycle.command(Layout(Home(Path("/home"))))

    assert {"--mount", "--net", "--pid", "--kill-child"} <= set(command)
    assert command[-1] == "/home/cluster/state/plan.json"


def test_there_is_no_kubeconfig_without_a_cluster(home: Home) -> None:
    with pytest.raises(ToolchainError, match="no cluster of slipway's own is running") as caught:
        lifecycle.kubeconfig(home)
    assert "slipway cluster up" in caught.value.mend


def test_down_in_an_empty_home_makes_nothing(home: Home) -> None:
    assert not lifecycle.down(home, Progress())
    assert list(home.root.iterdir()) == []


def test_a_port_that_is_taken_is_said_with_its_owner(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def listener(port: int) -> str:
        return f"somebody on {port}"

    monkeypatch.setattr(processes, "listener", listener)

    with pytest.raises(ToolchainError, match="port 16443 of the API server is taken by somebody on 16443"):
        lifecycle.up(home, Progress())


def test_a_start_that_fails_leaves_no_keys_behind(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    # given a machine that cannot start the node
    def broken(service: processes.Service, *_: object) -> None:
        assert Layout(home).kubeconfig.exists()
        raise ToolchainError("unshare cannot be started", "mend")

    monkeypatch.setattr(processes, "listener", nothing)
    monkeypatch.setattr(processes, "start", broken)

    # when the cluster is started
    with pytest.raises(ToolchainError, match="unshare cannot be started"):
        lifecycle.up(home, Progress())

    # then nothing is left of what was prepared
    assert not Layout(home).state.exists()
    assert not Layout(home).kubeconfig.exists()
