"""A real cluster for tests: started once for the session, and gone after it unless it ran before."""

from __future__ import annotations

import fcntl
import json
import uuid
from collections.abc import Iterator

import pytest

from tests.cluster import programs, stacks
from tests.cluster.live import OPEN, Live
from tests.cluster.support import Cluster
from tests.cluster.traces import left_by_cluster
from tests.support.machine import actor, embedded_registry, home
from tests.support.workbench import Workbench, copy_checkout
from toolchain.cluster import down, status, up
from toolchain.home import Home
from toolchain.progress import Progress

__all__ = ["actor", "embedded_registry", "home"]


@pytest.fixture(scope="session")
def cluster(home: Home, embedded_registry: str) -> Iterator[Cluster]:
    """slipway's own cluster, ready. Its kubeconfig stays at the same path when a test restarts it.

    There is one on a machine, and some tests stop it: a second session waits until the first is over.
    """
    home.run.mkdir(parents=True, exist_ok=True)
    with (home.run / "cluster-tests.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ran = status(home).running
        kubeconfig = up(home, Progress())
        yield Cluster(home, kubeconfig)
        if not ran:
            down(home, Progress())
            assert left_by_cluster(home) == []


@pytest.fixture(scope="session")
def responder(home: Home, embedded_registry: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """An image, by digest, of a program that answers on 8080; see `responder/main.go`."""
    return programs.image("responder", home, embedded_registry, tmp_path_factory.mktemp("responder"))


@pytest.fixture(scope="session")
def python_api(embedded_registry: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The image of `images/python-api`, by digest, as the dev stack builds it."""
    workbench = copy_checkout(tmp_path_factory.mktemp("python-api") / "checkout")
    built = workbench.slipway("up", "--stack", "dev")
    assert built.code == 0, built.text
    outputs = json.loads(workbench.pulumi("stack", "output", "--stack", "dev", "--json").out)
    yield str(outputs["images"]["python-api"])
    gone = workbench.slipway("destroy", "--stack", "dev", "--yes")
    assert gone.code == 0, gone.text


@pytest.fixture(scope="module")
def checkout(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workbench]:
    """A private checkout whose stacks reach the cluster; see `stacks.py`."""
    with stacks.checkout(tmp_path_factory.mktemp("stacks") / "checkout", cluster) as workbench:
        yield workbench


@pytest.fixture
def namespace(cluster: Cluster) -> Iterator[str]:
    """A fresh namespace that enforces the `restricted` level."""
    name = f"test-{uuid.uuid4().hex[:8]}"
    cluster.make_namespace(name, {"pod-security.kubernetes.io/enforce": "restricted"})
    yield name
    cluster.kubectl("delete", "namespace", name, "--wait=false", "--ignore-not-found")


@pytest.fixture
def live(cluster: Cluster, namespace: str) -> Live:
    """A process of the live provider that works in a namespace of its own."""
    return Live(cluster.kubeconfig, namespace)


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    """Closes the connections of every such process that a test has made."""
    yield
    while OPEN:
        OPEN.pop().close()
