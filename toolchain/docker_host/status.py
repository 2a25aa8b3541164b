"""How the Docker host fares, and which Docker engine a deployment would reach."""

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass

import psutil

from toolchain import docker, processes, registry
from toolchain.docker_host import api, configuration, lifecycle
from toolchain.docker_host.layout import Layout
from toolchain.home import Home
from toolchain.progress import Progress


@dataclass(frozen=True)
class Used:
    """The Docker engine that deployments reach.

    Attributes:
        endpoint: As `DOCKER_HOST` has it.
        own: Whether it is slipway's own, rather than one that the user has.
    """

    endpoint: str
    own: bool


@dataclass(frozen=True)
class Status:
    """What `slipway docker status` says.

    Attributes:
        version: Of slipway's own engine; None when it does not answer.
        parts: Whether each of its processes lives, by name; empty when it does not run.
        used: What a deployment reaches; None when there is no engine at all.
    """

    version: str | None
    parts: Mapping[str, bool]
    used: Used | None


def status(home: Home) -> Status:
    """Look at the Docker host; nothing is started or changed."""
    layout = Layout(home)
    mark = processes.running(home, lifecycle.NAME)
    version = api.version(layout.socket) if mark else None
    return Status(version, _parts(layout, mark.pid) if mark else {}, used(home))


def used(home: Home) -> Used | None:
    """Which engine a deployment reaches: the user's, where one answers, else slipway's own, where that runs."""
    if docker.works():
        return Used(docker.endpoint(), own=False)
    layout = Layout(home)
    return Used(layout.endpoint, own=True) if api.answers(layout.socket) else None


def ensure(home: Home, progress: Progress) -> None:
    """Have an engine to deploy to: the user's as it is, else slipway's own, which is started unless it runs.

    Raises:
        ToolchainError: There is none, and slipway's own cannot run here.
    """
    if not docker.works():
        lifecycle.up(home, progress)


def variables(home: Home) -> dict[str, str]:
    """What names the engine of deployments to those who reach it: slipway's own also while it does not run."""
    found = used(home)
    return {docker.HOST_VARIABLE: found.endpoint if found else Layout(home).endpoint}


def _parts(layout: Layout, pid: int) -> dict[str, bool]:
    alive: set[tuple[str, ...]] = set()
    with contextlib.suppress(psutil.Error):
        for child in psutil.Process(pid).children(recursive=True):
            with contextlib.suppress(psutil.Error):
                if child.status() != psutil.STATUS_ZOMBIE:
                    alive.add(tuple(child.cmdline()))
    # `nsenter` becomes the program that it starts.
    parts = configuration.parts(layout, registry.port())
    return {part.name: any(line[-len(part.command) + 2 :] == part.command[2:] for line in alive) for part in parts}
