"""A real Docker engine for tests: slipway's own, started for the session, stopped after it unless it ran before."""

from __future__ import annotations

import fcntl
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster import programs
from tests.docker.engine import Engine
from toolchain import docker_host, registry
from toolchain.docker_host.layout import Layout
from toolchain.home import Home
from toolchain.install import ensure
from toolchain.progress import Progress


@pytest.fixture(scope="session")
def home() -> Home:
    """The machine's own home: programs are fetched once, not for every run of the tests."""
    return Home.from_environment()


@pytest.fixture(scope="session")
def embedded_registry(home: Home) -> Iterator[str]:
    """The address of the running embedded registry."""
    served = registry.answers()
    if not served:
        program = ensure(("docker-registry",), home, Progress())["docker-registry"]
        registry.start(home, str(program))
    yield registry.address()
    if not served:
        registry.stop(home)


@pytest.fixture(scope="session")
def engine(home: Home, embedded_registry: str) -> Iterator[Engine]:
    """slipway's own Docker engine, answering.

    There is one for each home, and some tests kill its daemon: a second session waits until the first is over.
    """
    home.run.mkdir(parents=True, exist_ok=True)
    with (home.run / "docker-tests.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ran = docker_host.status(home).version is not None
        endpoint = docker_host.up(home, Progress())
        yield Engine(endpoint, Layout(home).bin / "docker")
        if not ran:
            docker_host.down(home, Progress())


@pytest.fixture(scope="session")
def actor(home: Home, embedded_registry: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """An image, by digest, of a program that says, waits, serves and ends as it is told: `tests/cluster/actor`."""
    return programs.image("actor", home, embedded_registry, tmp_path_factory.mktemp("actor"))


FIRST_TIME_S = 1200
"""On a fresh machine the first test waits until packages are fetched and programs built."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(FIRST_TIME_S))


@pytest.fixture
def prefix(engine: Engine) -> Iterator[str]:
    """What the names of a test's containers, networks and volumes begin with; they are removed after it."""
    name = f"test-{uuid.uuid4().hex[:8]}"
    yield name
    engine.clear(name)
