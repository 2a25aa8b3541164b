"""What `slipway up` needs running: a registry to push to, and BuildKit to build with."""

import contextlib
import fcntl
import os
from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from toolchain import bases, buildkit, docker, processes, registry, trials, web
from toolchain.errors import ToolchainError, explained
from toolchain.home import Home
from toolchain.install import SERVICES, ensure
from toolchain.progress import Progress

Kind = Literal["embedded", "docker"]

KIND_VARIABLE = "SLIPWAY_SERVICES"
KINDS = ("auto", "embedded", "docker")


@dataclass(frozen=True)
class Status:
    """How one service is.

    Attributes:
        name: `registry` or `buildkit`.
        kind: Who runs it.
        running: Whether it does.
        address: Where it answers.
        pid: Its process, None if it is not one of this machine's or does not run.
    """

    name: str
    kind: Kind
    running: bool
    address: str
    pid: int | None


def kind(home: Home, environ: Mapping[str, str] | None = None) -> Kind:
    """Who runs the services: `$SLIPWAY_SERVICES`, or Docker where its engine and the web are within reach.

    What already runs embedded stays so, until it is taken down.

    Raises:
        ToolchainError: The variable holds something else.
    """
    wanted = (os.environ if environ is None else environ).get(KIND_VARIABLE, "") or "auto"
    if wanted not in KINDS:
        raise ToolchainError(f"{KIND_VARIABLE} is {wanted!r}", f"set it to one of: {', '.join(KINDS)}")
    if wanted == "docker" or (wanted == "auto" and not _embedded_runs(home) and docker.works() and web.reachable(home)):
        return "docker"
    return "embedded"


def up(home: Home, progress: Progress, dockerfiles: Iterable[Path] = ()) -> None:
    """Bring the services up; what runs and answers is left as it is.

    Args:
        home: Where they keep what they have.
        progress: Told what is going on.
        dockerfiles: What will be built: the bases that they name are made, where they cannot be pulled.

    Raises:
        ToolchainError: A service cannot run on this machine, and why.
    """
    with explained("starting the registry and BuildKit"):
        if kind(home) == "docker":
            docker.start(home, progress)
        else:
            _up_embedded(home, progress, dockerfiles)


def _up_embedded(home: Home, progress: Progress, dockerfiles: Iterable[Path]) -> None:
    programs = ensure(SERVICES, home, progress)
    with _alone(home):
        with progress.step("starting the embedded registry and BuildKit"):
            registry.start(home, str(programs["docker-registry"]))
            buildkit.start(home, str(programs["buildkitd"]), str(programs["runc"]))
        for base in bases.needed(dockerfiles):
            bases.ensure(base, str(programs["mmdebstrap"]), home, progress)


@contextlib.contextmanager
def _alone(home: Home) -> Generator[None]:
    """One run at a time starts the services: the next one finds them running."""
    home.run.mkdir(parents=True, exist_ok=True)
    with (home.run / "services.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def down(home: Home, progress: Progress) -> None:
    """Stop the services; images and build cache stay. No process and no mount is left."""
    with explained("stopping the registry and BuildKit"), progress.step("stopping the registry and BuildKit"):
        stopped = [buildkit.stop(home), registry.stop(home), docker.stop(), trials.sweep(home) > 0]
    if not any(stopped):
        progress.line("· nothing was running")


def status(home: Home) -> list[Status]:
    """How each service is; asks nothing of the network beyond this machine."""
    if docker.runs_registry():
        return [
            Status("registry", "docker", registry.answers(), registry.address(), None),
            Status("buildkit", "docker", True, docker.endpoint(), None),
        ]
    marks = {name: processes.running(home, name) for name in (registry.NAME, buildkit.NAME)}
    serving, building = marks[registry.NAME], marks[buildkit.NAME]
    return [
        Status(
            "registry",
            "embedded",
            serving is not None and registry.answers(),
            registry.address(),
            serving.pid if serving else None,
        ),
        Status(
            "buildkit",
            "embedded",
            building is not None and buildkit.answers(home),
            f"unix://{home.buildkit_socket}",
            building.pid if building else None,
        ),
    ]


def _embedded_runs(home: Home) -> bool:
    return processes.running(home, registry.NAME) is not None
