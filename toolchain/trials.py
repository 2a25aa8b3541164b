"""Where images are tried, and what a trial that was killed leaves: a container, a root folder in memory, its files."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

import psutil

from toolchain import docker, install
from toolchain.errors import ToolchainError
from toolchain.home import Home
from toolchain.progress import Progress
from toolchain.runs import ProcessMark

ROOT = "root"
"""The folder of an image's files, in a trial's own."""

STATE = "runc"
"""The folder of what runc knows of its containers, in a trial's own."""

DOCKER = "docker"
"""The file with the name of what a Docker engine has of a trial, in a trial's own folder."""


@contextmanager
def trial(home: Home, *, in_memory: bool) -> Generator[Path]:
    """A folder for one trial. What trials left that were killed is taken away first.

    Args:
        home: where it is made.
        in_memory: whether with `ROOT` in memory: thousands of files are written and gone again in a moment.

    Raises:
        ToolchainError: nothing can be mounted here.
    """
    sweep(home)
    home.trials.mkdir(parents=True, exist_ok=True)
    folder = Path(mkdtemp(prefix=f"{psutil.Process().pid}-", dir=home.trials))
    try:
        if in_memory:
            _mount(folder / ROOT)
        yield folder
    finally:
        _take_away(folder)


def sweep(home: Home) -> int:
    """Takes away what the trials of dead processes left, their containers too; how many trials that were."""
    dead = [each for each in sorted(home.trials.iterdir()) if not _lives(each)] if home.trials.is_dir() else []
    for folder in dead:
        _end_containers(folder, home)
        _take_away(folder)
    return len(dead)


def _lives(folder: Path) -> bool:
    pid = folder.name.partition("-")[0]
    mark = ProcessMark.of(int(pid)) if pid.isdigit() else None
    return mark is not None and mark.alive()


def _mount(root: Path) -> None:
    root.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "mode=0755", "slipway-image-test", str(root)]
    done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    if done.returncode:
        raise ToolchainError(
            f"no folder in memory can be mounted: {done.stderr.strip()}",
            "let this machine mount (`CAP_SYS_ADMIN`), or leave the test out: `slipway:supplyChain.test: false`",
        )


def _end_containers(folder: Path, home: Home) -> None:
    names = sorted(each.name for each in (folder / STATE).iterdir()) if (folder / STATE).is_dir() else []
    for name in names:
        runc = install.ensure(["runc"], home, Progress())["runc"]
        command = [str(runc), "--root", str(folder / STATE), "delete", "--force", name]
        subprocess.run(command, capture_output=True, check=False)
    if (folder / DOCKER).is_file():
        docker.remove_trial((folder / DOCKER).read_text(encoding="utf-8"))


def _take_away(folder: Path) -> None:
    if (folder / ROOT).is_mount():
        subprocess.run(["umount", "--lazy", str(folder / ROOT)], capture_output=True, check=False)
    shutil.rmtree(folder, ignore_errors=True)
