"""Starting, stopping and being killed: what is left on the machine, and what the next start makes of it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.cluster.support import Cluster, pod, within
from tests.cluster.traces import left_by_cluster, traces
from tests.support.waiting import eventually
from toolchain import processes
from toolchain.cluster import down, status, up
from toolchain.cluster.layout import Layout
from toolchain.cluster.lifecycle import NAME
from toolchain.errors import ToolchainError
from toolchain.home import Home
from toolchain.progress import Progress


def node_processes(home: Home) -> list[psutil.Process]:
    """All processes of the node, the one that made its namespaces first."""
    mark = processes.running(home, NAME)
    assert mark is not None
    outer = psutil.Process(mark.pid)
    return [outer, *outer.children(recursive=True)]


def kill(*victims: psutil.Process) -> None:
    for victim in victims:
        with contextlib.suppress(psutil.NoSuchProcess):
            victim.kill()
    psutil.wait_procs(victims, timeout=60)


@pytest.fixture
def busy(cluster: Cluster, namespace: str, responder: str) -> Iterator[Cluster]:
    """The cluster with a pod that runs; it is up again afterwards, however the test left it."""
    cluster.apply(within(namespace, pod("busy", responder)))
    cluster.wait("pod/busy", "condition=Ready", namespace)
    yield cluster
    up(cluster.home, Progress())


def test_down_leaves_nothing(busy: Cluster) -> None:
    # given what the machine is like without a cluster
    down(busy.home, Progress())
    before = traces(busy.home)

    # when one has lived, with a pod, and is stopped
    up(busy.home, Progress())
    lived = traces(busy.home)
    assert left_by_cluster(busy.home)
    down(busy.home, Progress())

    # then the machine is as it was
    assert lived.processes
    assert "slw0" in lived.links
    assert traces(busy.home) == before
    assert left_by_cluster(busy.home) == []


def test_down_keeps_programs_and_logs_and_no_data(busy: Cluster) -> None:
    layout = Layout(busy.home)

    down(busy.home, Progress())

    assert not layout.state.exists()
    assert not layout.kubeconfig.exists()
    assert (layout.bin / "kubelet").exists()
    assert (layout.logs / "kubelet.log").exists()


def test_down_without_a_cluster_does_nothing(busy: Cluster) -> None:
    assert down(busy.home, Progress())
    assert not down(busy.home, Progress())


def test_up_leaves_a_running_cluster_as_it_is(busy: Cluster) -> None:
    before = processes.running(busy.home, NAME)

    up(busy.home, Progress())

    assert processes.running(busy.home, NAME) == before


@pytest.mark.parametrize("victims", [slice(None), slice(0, 1), slice(1, 2)], ids=["all", "outermost", "first-inside"])
def test_a_killed_node_takes_everything_with_it_and_the_next_up_is_a_fresh_cluster(
    busy: Cluster, namespace: str, victims: slice
) -> None:
    # given a node of which some processes, or all, are killed
    every = node_processes(busy.home)
    kill(*every[victims])
    psutil.wait_procs(every, timeout=60)
    assert not any(process.is_running() for process in every)

    # when the cluster is started again
    up(busy.home, Progress())

    # then it is whole, and new
    found = status(busy.home)
    assert found.ready
    assert all(found.parts.values())
    assert busy.try_kubectl("get", "namespace", namespace).code != 0
    rules = traces(busy.home).rules
    assert len(rules) == len(set(rules))


def test_down_cleans_what_a_killed_run_left(busy: Cluster) -> None:
    down(busy.home, Progress())
    before = traces(busy.home)
    up(busy.home, Progress())
    kill(*node_processes(busy.home))

    down(busy.home, Progress())

    assert traces(busy.home) == before


def test_a_cluster_whose_record_is_lost_is_found_and_stopped(busy: Cluster) -> None:
    processes.record(busy.home, NAME).unlink()

    down(busy.home, Progress())

    assert traces(busy.home).processes == frozenset()
    assert "slw0" not in traces(busy.home).links


@pytest.mark.parametrize("name", ["kube-apiserver", "containerd", "kubelet"])
def test_a_part_that_is_killed_is_started_again_and_pods_go_on(busy: Cluster, namespace: str, name: str) -> None:
    victim = next(process for process in node_processes(busy.home) if process.name() == name)
    kill(victim)

    def again() -> bool:
        found = status(busy.home)
        return found.ready and all(found.parts.values())

    assert eventually(again, 60)
    assert busy.get("pod", "busy", "--namespace", namespace)["status"]["containerStatuses"][0]["restartCount"] == 0


def test_a_second_cluster_is_refused_and_the_first_is_left_alone(busy: Cluster, tmp_path: Path) -> None:
    # given another home that has all the programs
    other = Home(tmp_path / "other")
    own, theirs = Layout(busy.home), Layout(other)
    theirs.root.mkdir(parents=True)
    theirs.bin.symlink_to(own.bin)
    theirs.images.symlink_to(own.images)

    # when a cluster is started from there
    with pytest.raises(ToolchainError, match=f"belongs to another cluster, of {busy.home.root}"):
        up(other, Progress())
    down(other, Progress())

    # then nothing has happened to the first
    assert status(busy.home).ready
