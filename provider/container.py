"""A container of an image, as confined as a workload's pods: read-only root, no capability, no network but its own.

It is run by runc alone, so that no Docker engine is needed; that needs root.
"""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import uuid
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from provider.step import RefusedError
from toolchain import trials

PROBE = Path(__file__).with_name("probe.py")
"""Asks for a page, inside a container's network."""

CALL_S = 30.0
"""Seconds for one call of runc, on a busy machine."""


@dataclass(frozen=True)
class Confinement:
    """How a container is confined.

    Attributes:
        user: uid and gid.
        memory: its limit in bytes.
        processes: how many it may have.
        environ: variables on top of the image's.
        command: what runs, in place of the image's entrypoint and command; empty for those.
        folders: those that it may write to beside `/tmp`, empty and in memory.
    """

    user: tuple[int, int]
    memory: int
    processes: int
    environ: Mapping[str, str]
    command: Sequence[str]
    folders: Sequence[str] = ()


class Container:
    """A running container."""

    def __init__(self, runc: Sequence[str], name: str, bundle: Path) -> None:
        self._runc, self._name = runc, name
        self._log = bundle / "log"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [*runc, "run", "--bundle", str(bundle), name],
                stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
            )  # fmt: skip

    @property
    def runs(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    @property
    def code(self) -> int | None:
        """Its exit code, once it has ended."""
        return self._process.poll()

    def log(self) -> str:
        """The end of what it printed."""
        return self._log.read_text(errors="replace")[-1500:].strip()

    def asked(self, port: int, path: str, seconds: float) -> int | None:
        """The status that a page answers with, None if nothing answers."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            state = subprocess.run([*self._runc, "state", self._name], capture_output=True, text=True, timeout=CALL_S)
            if state.returncode or not (pid := cast("int", json.loads(state.stdout)["pid"])):
                return None
            command = ["nsenter", f"--net=/proc/{pid}/ns/net", sys.executable, "-I", str(PROBE), str(port), path]
            done = subprocess.run(command, capture_output=True, text=True, timeout=seconds, check=False)
            return int(done.stdout) if done.returncode == 0 else None
        return None

    def executes(self, command: Sequence[str], seconds: float) -> bool:
        """Whether a command inside ends well."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            done = subprocess.run(
                [*self._runc, "exec", self._name, *command], capture_output=True, timeout=seconds, check=False
            )
            return done.returncode == 0
        return False

    def stopped(self, seconds: float) -> int | None:
        """Asks it to end; its exit code, or None if it did not end in time."""
        stop = [*self._runc, "kill", self._name, str(signal.SIGTERM.value)]
        subprocess.run(stop, capture_output=True, timeout=CALL_S, check=False)
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self._process.wait(seconds)
        return None

    def remove(self) -> None:
        """Ends it and everything in it."""
        subprocess.run([*self._runc, "delete", "--force", self._name], capture_output=True, check=False)
        self._process.wait(CALL_S)


@contextlib.contextmanager
def running(runc: Path, image: Mapping[str, Any], confinement: Confinement, work: Path) -> Generator[Container]:
    """A container inside the block, gone after it.

    Args:
        runc: the program.
        image: what the image says of how it runs.
        confinement: how it is confined.
        work: the trial's folder; nothing is written to the image's files in it.
    """
    name = f"slipway-image-test-{uuid.uuid4().hex[:12]}"
    bundle = work / name
    bundle.mkdir()
    told = specification(work / trials.ROOT, image, confinement)
    (bundle / "config.json").write_text(json.dumps(told), encoding="utf-8")
    container = Container([str(runc), "--root", str(work / trials.STATE)], name, bundle)
    try:
        yield container
    finally:
        container.remove()
        shutil.rmtree(bundle)


def specification(root: Path, image: Mapping[str, Any], confinement: Confinement) -> dict[str, Any]:
    """What runc is told: https://github.com/opencontainers/runtime-spec/blob/main/config.md.

    Raises:
        RefusedError: the image does not say what to run.
    """
    command = command_of(image, confinement)
    uid, gid = confinement.user
    quiet = ["nosuid", "noexec", "nodev"]
    own = [*quiet, f"uid={uid}", f"gid={gid}", "mode=770"]
    folders = [
        {"destination": each, "type": "tmpfs", "source": "tmpfs", "options": own} for each in confinement.folders
    ]
    return {
        "ociVersion": "1.0.2",
        "root": {"path": str(root), "readonly": True},
        "hostname": "image-test",
        "process": {
            "user": {"uid": uid, "gid": gid},
            "args": [*command],
            "env": [*(image.get("Env") or ()), *(f"{name}={value}" for name, value in confinement.environ.items())],
            "cwd": image.get("WorkingDir") or "/",
            "capabilities": {kind: [] for kind in ("bounding", "effective", "inheritable", "permitted", "ambient")},
            "noNewPrivileges": True,
        },
        "mounts": [
            {"destination": "/proc", "type": "proc", "source": "proc", "options": quiet},
            {"destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "mode=755"]},
            {
                "destination": "/tmp",  # noqa: S108 - the container's own
                "type": "tmpfs",
                "source": "tmpfs",
                "options": [*quiet, "size=100m", "mode=1777"],
            },
            *folders,
        ],
        "linux": {
            "namespaces": [{"type": each} for each in ("pid", "ipc", "uts", "mount", "network")],
            "resources": {"memory": {"limit": confinement.memory}, "pids": {"limit": confinement.processes}},
            "maskedPaths": ["/proc/kcore", "/proc/keys", "/proc/timer_list"],
            "readonlyPaths": ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"],
        },
    }


def command_of(image: Mapping[str, Any], confinement: Confinement) -> Sequence[str]:
    """What runs: the workload's command, or what the image says.

    Raises:
        RefusedError: neither says anything.
    """
    command = confinement.command or [*(image.get("Entrypoint") or ()), *(image.get("Cmd") or ())]
    if not command:
        raise RefusedError("the image says nothing of what to run", "give its Dockerfile an `ENTRYPOINT` in exec form")
    return command


def can_run() -> bool:
    """Whether this process may run containers by itself."""
    return os.geteuid() == 0 and shutil.which("nsenter") is not None
