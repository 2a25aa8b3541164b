"""A real Docker engine for tests: slipway's own, started for the session, stopped after it unless it ran before."""

from __future__ import annotations

import fcntl
import uuid
from collections.abc import Iterator

import pytest

from tests.docker.engine import Engine
from tests.support.machine import actor, embedded_registry, home
from toolchain import docker_host
from toolchain.docker_host.layout import Layout
from toolchain.home import Home
from toolchain.progress import Progress

__all__ = ["actor", "embedded_registry", "home"]


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


@pytest.fixture
def prefix(engine: Engine) -> Iterator[str]:
    """What the names of a test's containers, networks and volumes begin with; they are removed after it."""
    name = f"test-{uuid.uuid4().hex[:8]}"
    yield name
    engine.clear(name)
