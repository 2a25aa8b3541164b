"""Who runs the container of a test: a Docker engine of this machine, or, for root, runc alone."""

import uuid
from collections.abc import Generator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from provider import container, docker_container, image_files
from provider.container import Confinement
from provider.repository import Repository
from toolchain import docker, install, trials
from toolchain.errors import ToolchainError
from toolchain.home import Home
from toolchain.progress import Progress


class Tried(Protocol):
    """A container that is tried."""

    @property
    def runs(self) -> bool:
        """Whether it has not ended."""
        ...

    @property
    def code(self) -> int | None:
        """Its exit code, once it has ended."""
        ...

    def log(self) -> str:
        """The end of what it printed."""
        ...

    def asked(self, port: int, path: str, seconds: float) -> int | None:
        """The status that a page answers with, None if nothing answers."""
        ...

    def executes(self, command: Sequence[str], seconds: float) -> bool:
        """Whether a command inside ends well."""
        ...

    def stopped(self, seconds: float) -> int | None:
        """Asks it to end; its exit code, or None if it did not end in time."""
        ...


@dataclass(frozen=True)
class Image:
    """An image for this machine.

    Attributes:
        repository: where it is.
        manifest: its manifest.
        config: what it says of how it runs.
    """

    repository: Repository
    manifest: Mapping[str, Any]
    config: Mapping[str, Any]


class Runner(Protocol):
    """Runs a container of an image, confined."""

    def running(self, image: Image, confinement: Confinement, port: int) -> AbstractContextManager[Tried]:
        """A container inside the block, gone after it.

        Args:
            image: of what.
            confinement: how it is confined.
            port: where it is asked; 0 for nowhere.
        """
        ...


@dataclass(frozen=True)
class Runc:
    """runc alone, which needs root."""

    home: Home

    @contextmanager
    def running(self, image: Image, confinement: Confinement, port: int) -> Generator[Tried]:
        """A container inside the block, gone after it."""
        runc = install.ensure(["runc"], self.home, Progress())["runc"]
        with trials.trial(self.home, in_memory=True) as work:
            image_files.unpack(image.repository, image.manifest, work / trials.ROOT, work)
            with container.running(runc, image.config, confinement, work) as started:
                yield started


@dataclass(frozen=True)
class Docker:
    """A Docker engine of this machine, for whoever may use it."""

    home: Home

    @contextmanager
    def running(self, image: Image, confinement: Confinement, port: int) -> Generator[Tried]:
        """A container inside the block, gone after it."""
        with trials.trial(self.home, in_memory=False) as work:
            name = f"slipway-image-test-{uuid.uuid4().hex[:12]}"
            archive = image_files.pack(image.repository, image.manifest, name, work)
            with docker_container.running(name, archive, image.config, confinement, port, work) as started:
                yield started


def chosen(home: Home) -> Runner:
    """Who runs containers here.

    Raises:
        ToolchainError: nobody does.
    """
    if docker.works_here():
        return Docker(home)
    if container.can_run():
        return Runc(home)
    raise ToolchainError(
        "no container can be started here: no Docker engine of this machine answers this user, who is not root",
        "start Docker, and see that `docker info` works for you (on Linux: be in the group `docker`); or run this as "
        "root, with util-linux installed; or leave the test out: `slipway:supplyChain.test: false`",
    )
