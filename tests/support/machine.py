"""Fixtures of tests that use this machine's own programs and services."""

from __future__ import annotations

import pytest

from tests.cluster import programs
from toolchain import registry, services
from toolchain.home import Home
from toolchain.progress import Progress


@pytest.fixture(scope="session")
def home() -> Home:
    """The machine's own home: programs are fetched and built once, not for every run of the tests."""
    return Home.from_environment()


@pytest.fixture(scope="session")
def embedded_registry(home: Home) -> str:
    """The address of the running registry. Like BuildKit it goes on until `make down`: other tests use them, too."""
    services.up(home, Progress())
    return registry.address()


@pytest.fixture(scope="session")
def actor(home: Home, embedded_registry: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """An image, by digest, of a program that says, waits, serves and ends as it is told; see `actor/main.go`."""
    return programs.image("actor", home, embedded_registry, tmp_path_factory.mktemp("actor"))
