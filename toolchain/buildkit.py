"""The embedded BuildKit: builds images on this machine, pushes them to the embedded registry."""

import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
from collections.abc import Iterable
from pathlib import Path

import psutil

from toolchain import files, processes, registry
from toolchain.errors import ToolchainError
from toolchain.home import Home

NAME = "buildkitd"
BUILDER = "slipway"
"""The builder's name in programs: `builder=BuilderConfigArgs(name="slipway")`."""

CACHE_LIMIT = "20GB"
"""What the build cache may take; a machine-learning image's layers are 2 to 6 GB."""

CACHE_KEPT_FOR = "168h"

CONFIGURATION = """\
root = "{root}"

[grpc]
address = ["unix://{socket}"]

[worker.containerd]
enabled = false

[worker.oci]
enabled = true
binary = "{runc}"
gc = true
reservedSpace = "1GB"
maxUsedSpace = "{limit}"
minFreeSpace = "5%"

[[worker.oci.gcpolicy]]
keepDuration = "{kept}"
maxUsedSpace = "{limit}"
filters = ["type==source.local", "type==exec.cachemount", "type==source.git.checkout"]

[[worker.oci.gcpolicy]]
all = true
maxUsedSpace = "{limit}"

[registry."{registry}"]
http = true

[registry."docker.io"]
mirrors = ["{registry}"]
"""


RUNTIME = """\
#!/bin/sh
exec "{runc}" --root "{state}" "$@"
"""
"""Keeps the runtime's records in the home: by itself it would leave those of killed containers in /run."""


def configuration(home: Home, runc: str) -> str:
    """BuildKit's configuration: Docker Hub's names are looked up in the embedded registry first."""
    return CONFIGURATION.format(
        root=home.buildkit,
        socket=home.buildkit_socket,
        runc=runc,
        limit=CACHE_LIMIT,
        kept=CACHE_KEPT_FOR,
        registry=registry.address(),
    )


def instance(endpoint: str, driver: str = "remote", options: dict[str, str] | None = None) -> str:
    """The description by which build clients find the builder, as they keep it in `buildx/instances/<name>`."""
    node = {
        "Name": f"{BUILDER}0",
        "Endpoint": endpoint,
        "Platforms": None,
        "DriverOpts": options,
        "Flags": None,
        "Files": None,
    }
    return json.dumps({"Name": BUILDER, "Driver": driver, "Nodes": [node], "Dynamic": False})


def describe(home: Home, content: str) -> None:
    """Put the builder's description where the docker-build provider looks for it."""
    files.write(home.docker / "buildx" / "instances" / BUILDER, content)
    if not (home.docker / "config.json").is_file():
        files.write(home.docker / "config.json", "{}\n")


def answers(home: Home) -> bool:
    """Whether something accepts connections on the socket: BuildKit opens it when its worker is ready."""
    with contextlib.closing(socket.socket(socket.AF_UNIX)) as client:
        try:
            client.connect(str(home.buildkit_socket))
        except OSError:
            return False
    return True


def start(home: Home, program: str, runc: str) -> None:
    """Start BuildKit unless it runs, and wait until it answers.

    What a killed one left behind — containers, mounts, its socket — goes first.

    Raises:
        ToolchainError: This user may not run containers, or BuildKit cannot run.
    """
    file = _file(home)
    wanted = configuration(home, str(_runtime(home)))
    if processes.running(home, NAME):
        if file.is_file() and file.read_text() == wanted and answers(home):
            describe(home, instance(f"unix://{home.buildkit_socket}"))
            return
        processes.stop(home, NAME)
    if os.geteuid() != 0:
        raise ToolchainError(
            "the embedded BuildKit needs root, and this is another user",
            "start Docker, whose engine is used instead, or run as root",
        )
    if len(str(home.buildkit_socket)) > SOCKET_PATH_LIMIT:
        raise ToolchainError(
            f"{home.buildkit_socket} is longer than the {SOCKET_PATH_LIMIT} characters a socket's path may have",
            "choose a shorter SLIPWAY_HOME",
        )
    sweep(home)
    files.write(file, wanted)
    files.write(_runtime(home), RUNTIME.format(runc=runc, state=_runtime_state(home)), mode=0o755)
    home.buildkit.mkdir(parents=True, exist_ok=True)
    service = processes.Service(NAME, (program, *_arguments(file)), home)
    processes.start(service, lambda: answers(home), "run `slipway doctor`, free some disk, then run again")
    describe(home, instance(f"unix://{home.buildkit_socket}"))


SOCKET_PATH_LIMIT = 107
"""Linux's limit for a socket's path, in bytes."""


def stop(home: Home) -> bool:
    """Stop BuildKit, with every container it runs and every mount it made. Whether it was running."""
    was = processes.stop(home, NAME)
    sweep(home)
    return was


def sweep(home: Home) -> None:
    """Take away what a BuildKit that was killed left: itself if unrecorded, containers, mounts, records."""
    processes.end_strays(_arguments(_file(home)))
    processes.end(_containers(home), 0.0)
    mounts = mounts_below(home.buildkit, Path("/proc/self/mountinfo"))
    for mount in sorted(mounts, key=len, reverse=True):
        subprocess.run(["umount", "--lazy", mount], check=False, capture_output=True)
    home.buildkit_socket.unlink(missing_ok=True)
    shutil.rmtree(_runtime_state(home), ignore_errors=True)


def _file(home: Home) -> Path:
    return home.run / "buildkitd.toml"


def _runtime(home: Home) -> Path:
    return home.run / "runc.sh"


def _runtime_state(home: Home) -> Path:
    return home.run / "runc"


def _arguments(file: Path) -> tuple[str, ...]:
    return ("--config", str(file))


def mounts_below(folder: Path, table: Path) -> list[str]:
    """The mount points at or below a folder, from a mount table in the kernel's format; none on other systems."""
    try:
        lines = table.read_text().splitlines()
    except OSError:
        return []
    points = (_unescaped(line.split(" ")[4]) for line in lines)
    return [point for point in points if Path(point).is_relative_to(folder)]


def _containers(home: Home) -> list[psutil.Process]:
    """Processes whose root file system lies in BuildKit's snapshots: they run in containers it started."""
    return [process for process in psutil.process_iter() if _rooted_in(home.buildkit, process.pid)]


def _rooted_in(folder: Path, pid: int) -> bool:
    try:
        lines = Path(f"/proc/{pid}/mountinfo").read_text().splitlines()
    except OSError:
        return False
    roots: Iterable[str] = (line for line in lines if line.split(" ")[4] == "/" and " - overlay " in line)
    return any(f"upperdir={folder}/" in line for line in roots)


def _unescaped(path: str) -> str:
    r"""A path from the mount table, where a space is written `\040`."""
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), path)
