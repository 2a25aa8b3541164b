"""The Docker host's life: one for each home, from `up` to `down`. Images, volumes and containers outlive it."""

import contextlib
import sys
from collections.abc import Iterator

import psutil

from toolchain import buildkit, processes, registry
from toolchain.cluster.lifecycle import GONE_S, alone, groups_removed
from toolchain.docker_host import configuration, programs
from toolchain.docker_host.api import answers
from toolchain.docker_host.layout import Layout
from toolchain.errors import ToolchainError
from toolchain.home import Home
from toolchain.progress import Progress
from toolchain.waiting import wait_until

NAME = "docker-host"
"""Of the record and the log."""

AGAIN_S = 20.0
"""How long a daemon that was killed may take to answer again."""

MEND = "run `slipway docker down`, then `slipway docker up`"

MAKE_NETWORK_FILE = 'mount --bind /proc/self/ns/net "$1" && shift && exec "$@"'
"""Keeps this machine's network within reach, as a file that only the host's own processes see."""


def up(home: Home, progress: Progress) -> str:
    """Have a Docker engine that answers: the one that runs, or a new one with what the last one left in its data.

    What a killed run left is ended first.

    Args:
        home: Whose engine.
        progress: Told what takes long.

    Returns:
        Where it answers, as `DOCKER_HOST` has it.

    Raises:
        ToolchainError: This machine cannot run one, or it does not come up; with the end of its log. Nothing is left
            running that was not before.
    """
    layout = Layout(home)
    if len(str(layout.socket)) > buildkit.SOCKET_PATH_LIMIT:
        raise ToolchainError(
            f"{layout.socket} is longer than the {buildkit.SOCKET_PATH_LIMIT} characters a socket's path may have",
            "choose a shorter SLIPWAY_HOME",
        )
    with alone(layout.root):
        if not _serves(layout):
            _remove(layout)
            programs.ensure(layout, progress)
            configuration.write(layout, registry.port(), programs.major_version(layout))
            with progress.step("starting the Docker host"):
                _start(layout)
    return layout.endpoint


def down(home: Home, progress: Progress) -> bool:
    """End the Docker engine and every container: no process, mount, link, rule or control group is left.

    Images, volumes and containers stay as data. Safe to call at any time, also after a run that was killed.

    Returns:
        Whether it was running.
    """
    layout = Layout(home)
    if not layout.root.exists():
        return False
    with alone(layout.root), progress.step("stopping the Docker host"):
        running = processes.running(home, NAME) is not None
        _remove(layout)
    return running


def command(layout: Layout) -> tuple[str, ...]:
    """How the first process is started: in namespaces of its own for everything that could be left behind."""
    # Mounts first: what is bound then is this machine's network, and later mounts of this machine are seen within.
    network = ("unshare", "--mount", "--propagation", "slave", "--", "sh", "-c", MAKE_NETWORK_FILE, "sh")
    namespaces = ("--uts", "--ipc", "--net", "--pid", "--fork", "--kill-child", "--mount-proc")
    node = (sys.executable, "-m", "toolchain.docker_host.node", str(layout.plan))
    return (*network, str(layout.machine_network), "unshare", *namespaces, "--", *node)


def _serves(layout: Layout) -> bool:
    """Whether the engine runs, answers, and reaches the embedded registry where it is now."""
    wanted = configuration.plan(layout, registry.port())
    same = layout.plan.is_file() and layout.plan.read_text() == wanted
    if not same or processes.running(layout.home, NAME) is None:
        return False
    # A daemon that was killed is being started again.
    return wait_until(lambda: answers(layout.socket), AGAIN_S)


def _start(layout: Layout) -> None:
    try:
        processes.start(
            processes.Service(NAME, command(layout), layout.home),
            lambda: answers(layout.socket),
            f"see the logs in {layout.logs}",
        )
    except BaseException:
        _remove(layout)
        raise


def _remove(layout: Layout) -> None:
    """End whatever runs of a Docker host, whole or in parts.

    Raises:
        ToolchainError: Something is still there.
    """
    first = list(_first_processes(layout))
    for process in first:
        with contextlib.suppress(psutil.Error):
            if process.name() != "unshare":  # it would not wait for the one it started
                process.terminate()
    # The kernel ends everything else with the first process.
    processes.end(first, configuration.SHUTDOWN_S + GONE_S)
    processes.stop(layout.home, NAME)
    if not wait_until(lambda: groups_removed(layout.group), GONE_S):
        raise ToolchainError(f"processes are left in the control group {layout.group}", MEND)
    layout.socket.unlink(missing_ok=True)


def _first_processes(layout: Layout) -> Iterator[psutil.Process]:
    """The first process of this home's host, and the one that made its namespaces, also when their record is lost."""
    plan = str(layout.plan)
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if plan in process.cmdline():
                yield process
