"""A container of an image, as confined as a workload's pods, in a Docker engine of this machine: nobody has to be root.

Its network is its own and has no way out; the one port that is asked is published on the loopback address.
"""

import contextlib
import http.client
import json
import subprocess
from collections.abc import Generator, Mapping, Sequence
from pathlib import Path
from typing import Any

from provider.container import Confinement, command_of
from toolchain import docker, trials
from toolchain.errors import ToolchainError
from toolchain.waiting import wait_until

CALL_S = 120.0
"""Seconds for one call of the engine, on a busy machine; an image of some gigabytes is loaded in it."""


class Container:
    """A running container."""

    def __init__(self, name: str) -> None:
        self._name = name

    @property
    def runs(self) -> bool:
        """Whether it has not ended."""
        return bool(self._state()["Running"])

    @property
    def code(self) -> int | None:
        """Its exit code, once it has ended."""
        state = self._state()
        return None if state["Running"] else int(state["ExitCode"])

    def _state(self) -> dict[str, Any]:
        return json.loads(_docker("inspect", "--format={{json .State}}", self._name))

    def log(self) -> str:
        """The end of what it printed."""
        done = _called("logs", "--tail=100", self._name)
        return (done.stdout + done.stderr)[-1500:].strip()

    def asked(self, port: int, path: str, seconds: float) -> int | None:
        """The status that a page answers with, None if nothing answers."""
        published = _called("port", self._name, f"{port}/tcp").stdout.strip().rpartition(":")[2]
        if not published:
            return None
        with (
            contextlib.suppress(OSError, http.client.HTTPException),
            contextlib.closing(http.client.HTTPConnection("127.0.0.1", int(published), timeout=seconds)) as connection,
        ):
            connection.request("GET", path)
            return connection.getresponse().status
        return None

    def executes(self, command: Sequence[str], seconds: float) -> bool:
        """Whether a command inside ends well."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            return docker.call(["exec", self._name, *command], seconds).returncode == 0
        return False

    def stopped(self, seconds: float) -> int | None:
        """Asks it to end; its exit code, or None if it did not end in time."""
        _called("kill", "--signal=TERM", self._name)
        return self.code if wait_until(lambda: not self.runs, seconds) else None


@contextlib.contextmanager
def running(
    name: str, archive: Path, image: Mapping[str, Any], confinement: Confinement, port: int, work: Path
) -> Generator[Container]:
    """A container inside the block, gone after it, with its image and its network.

    Args:
        name: what all three are called.
        archive: the image, as `docker load` takes it.
        image: what the image says of how it runs.
        confinement: how it is confined.
        port: where it is asked; 0 for nowhere.
        work: the trial's folder, where what is in the engine is written down first: a killed test leaves it.
    """
    (work / trials.DOCKER).write_text(name, encoding="utf-8")
    try:
        _docker("load", "--quiet", f"--input={archive}")
        _docker(
            "network", "create", "--driver=bridge", "--opt=com.docker.network.bridge.enable_ip_masquerade=false", name
        )
        _docker("create", *options(name, image, confinement, port))
        _docker("start", name)
        yield Container(name)
    finally:
        docker.remove_trial(name)


def options(name: str, image: Mapping[str, Any], confinement: Confinement, port: int) -> list[str]:
    """What `docker create` is told: the same confinement as runc's.

    Raises:
        RefusedError: the image does not say what to run.
    """
    command = command_of(image, confinement)
    uid, gid = confinement.user
    quiet = "rw,nosuid,noexec,nodev"
    told = [
        f"--name={name}", f"--network={name}", "--hostname=image-test", "--read-only", "--cap-drop=ALL",
        "--security-opt=no-new-privileges", f"--user={uid}:{gid}", f"--memory={confinement.memory}",
        f"--memory-swap={confinement.memory}", f"--pids-limit={confinement.processes}", "--no-healthcheck",
        "--log-driver=json-file", f"--tmpfs=/tmp:{quiet},size=100m,mode=1777",
    ]  # fmt: skip
    told += [f"--tmpfs={folder}:{quiet},uid={uid},gid={gid},mode=770" for folder in confinement.folders]
    told += [f"--env={variable}={value}" for variable, value in confinement.environ.items()]
    told += [f"--publish=127.0.0.1::{port}"] if port else []
    return [*told, f"--entrypoint={command[0]}", name, *command[1:]]


def _docker(*arguments: str) -> str:
    done = _called(*arguments)
    if done.returncode:
        raise ToolchainError(f"docker {arguments[0]} failed: {done.stderr.strip()[-500:]}", docker.MEND)
    return done.stdout


def _called(*arguments: str) -> subprocess.CompletedProcess[str]:
    try:
        return docker.call(arguments, CALL_S)
    except subprocess.TimeoutExpired:
        raise ToolchainError(f"docker {arguments[0]} did not end within {CALL_S:.0f} s", docker.MEND) from None
