"""The cluster's life: one for each home, from `up` to `down`, with nothing left over."""

import contextlib
import fcntl
import os
import shutil
import sys
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from toolchain import buildkit, processes, registry
from toolchain.cluster import addresses, host_network, machine, preparation, programs
from toolchain.cluster.api import Api, Object, RefusedError, condition
from toolchain.cluster.layout import Layout
from toolchain.commands import tail
from toolchain.errors import ToolchainError
from toolchain.home import Home
from toolchain.progress import Progress
from toolchain.waiting import wait_until

NAME = "cluster"
"""Of the record and the log."""

READY_S = 120.0
"""How long the node may take to be ready; on two busy cores it takes a quarter of that."""

GONE_S = 10.0
"""How long the kernel may take to remove what a dead node had."""

MEND = "run `slipway cluster down`, then `slipway cluster up`"


def up(home: Home, progress: Progress) -> Path:
    """Have a cluster that is ready: the one that runs, or a fresh one.

    What a killed run left is removed first. A cluster is fresh after every start: nothing of the last one is kept.

    Args:
        home: Whose cluster.
        progress: Told what takes long.

    Returns:
        The administrator's kubeconfig.

    Raises:
        ToolchainError: This machine cannot run one, a program cannot be built, or a part does not come up; with the
            end of that part's log. Nothing is left running that was not before.
    """
    layout = Layout(home)
    with alone(layout.root):
        if not processes.running(home, NAME):
            _remove(layout)
            tools = machine.ensure(home, progress)
            programs.ensure(layout, tools.architecture, progress)
            try:
                _start(layout, tools.runc, progress)
                _await(layout, progress)
            except BaseException:
                _remove(layout)
                raise
        else:
            _await(layout, progress)
    return layout.kubeconfig


def down(home: Home, progress: Progress) -> bool:
    """End the cluster, and remove all of it: processes, mounts, link, rules, control groups, data.

    Programs and logs stay. Safe to call at any time, also after a run that was killed.

    Returns:
        Whether it was running.
    """
    layout = Layout(home)
    if not layout.root.exists():
        return False
    with alone(layout.root), progress.step("stopping the cluster"):
        running = processes.running(home, NAME) is not None
        _remove(layout)
    return running


def kubeconfig(home: Home) -> Path:
    """The administrator's kubeconfig of the running cluster.

    Raises:
        ToolchainError: None runs.
    """
    layout = Layout(home)
    if not processes.running(home, NAME) or not layout.kubeconfig.is_file():
        raise ToolchainError("no cluster of slipway's own is running", "start one with `slipway cluster up`")
    return layout.kubeconfig


def _start(layout: Layout, runc: str, progress: Progress) -> None:
    if host_network.link_exists():
        raise ToolchainError(
            f"the link {addresses.LINK} belongs to another cluster, of {host_network.owner() or 'an unknown home'}",
            "there can be one cluster on a machine: stop that one with `slipway cluster down` and its SLIPWAY_HOME",
        )
    if owner := processes.listener(addresses.API_PORT):
        raise ToolchainError(f"port {addresses.API_PORT} of the API server is taken by {owner}", "stop it")
    preparation.prepare(layout, runc, registry.port())
    with progress.step("starting the cluster"):
        processes.start(
            processes.Service(NAME, command(layout), layout.home),
            lambda: _connected(layout),
            MEND,
        )


def command(layout: Layout) -> tuple[str, ...]:
    """How the node is started: in namespaces of its own for everything that could be left behind."""
    namespaces = ("--mount", "--uts", "--ipc", "--net", "--pid", "--fork", "--kill-child", "--mount-proc")
    node = (sys.executable, "-m", "toolchain.cluster.node", str(preparation.plan_file(layout)))
    return ("unshare", *namespaces, "--", *node)


def _connected(layout: Layout) -> bool:
    """Join the node to this machine as soon as it has a network of its own; whether that is done."""
    mark = processes.running(layout.home, NAME)
    if mark is None:
        return False
    with contextlib.suppress(psutil.Error, OSError):
        for child in psutil.Process(mark.pid).children():
            if os.stat(f"/proc/{child.pid}/ns/net").st_ino != os.stat("/proc/self/ns/net").st_ino:
                host_network.connect(child.pid, str(layout.home.root), registry.port())
                return True
    return False


def _await(layout: Layout, progress: Progress) -> None:
    """Wait until the node is ready and the cluster's names are answered.

    Raises:
        ToolchainError: Not in time, or the node ended.
    """
    deadline = time.monotonic() + READY_S
    api = Api.of(layout.kubeconfig)
    nodes = f"/api/v1/nodes?fieldSelector=metadata.name%3D{addresses.NODE_NAME}"
    names = "/apis/apps/v1/namespaces/kube-system/deployments?fieldSelector=metadata.name%3Dcoredns"
    with progress.step("waiting for the API server"):
        _met(layout, deadline, "the API server did not answer", lambda _: _answers(api))
    with progress.step("waiting for the node"):
        _met(layout, deadline, "the node was not ready", _watched(api, nodes, condition("Ready")))
    with progress.step("waiting for the cluster's names"):
        _met(layout, deadline, "CoreDNS was not ready", _watched(api, names, condition("Available")))


def _met(layout: Layout, deadline: float, failure: str, look: Callable[[float], bool]) -> None:
    """Look until something is so. `look` may take a moment, whose length in seconds it is told."""

    def over() -> bool:
        return look(min(LOOK_S, max(0.0, deadline - time.monotonic()))) or not processes.running(layout.home, NAME)

    met = wait_until(over, deadline - time.monotonic())
    if not processes.running(layout.home, NAME):
        log = layout.home.logs / f"{NAME}.log"
        raise ToolchainError(f"the cluster's node ended:\n{tail(log)}", f"see the logs in {layout.logs}")
    if not met:
        raise ToolchainError(f"{failure} in {READY_S:.0f} s:\n{_newest(layout.logs)}", f"{MEND} (logs: {layout.logs})")


LOOK_S = 5.0
"""How long one watch lasts; between two, it is seen whether the node still lives."""


def _watched(api: Api, path: str, holds: Callable[[Object], bool]) -> Callable[[float], bool]:
    def look(seconds: float) -> bool:
        try:
            return api.wait(path, holds, seconds)
        except (OSError, RefusedError):
            return False

    return look


def _answers(api: Api) -> bool:
    try:
        api.get("/api/v1/namespaces/kube-system")
    except (OSError, RefusedError):
        return False
    return True


def _newest(logs: Path) -> str:
    """The end of the log that was written to last."""
    found = sorted(logs.glob("*.log"), key=lambda log: log.stat().st_mtime)
    return f"    {found[-1].name}:\n{tail(found[-1])}" if found else ""


def _remove(layout: Layout) -> None:
    """Remove whatever there is of a cluster, whole or in parts.

    Raises:
        ToolchainError: Something is still there.
    """
    # At once, and the first process of the node before all: the kernel ends the others with it.
    processes.end(list(_first_processes(layout)), 0.0)
    processes.stop(layout.home, NAME)
    ours = host_network.owner() in {"", str(layout.home.root)}
    if ours and machine.has_rules():
        host_network.disconnect()
    if not wait_until(lambda: groups_removed(layout.group), GONE_S):
        raise ToolchainError(f"processes are left in the control group {layout.group}", MEND)
    layout.kubeconfig.unlink(missing_ok=True)
    if layout.state.exists():
        if mounts := buildkit.mounts_below(layout.state, Path("/proc/self/mountinfo")):
            raise ToolchainError(f"{mounts[0]} is still mounted", f"unmount it, then {MEND}")
        shutil.rmtree(layout.state)


def _first_processes(layout: Layout) -> Iterator[psutil.Process]:
    """The first process of this home's node, and the one that made its namespaces, also when their record is lost."""
    plan = str(preparation.plan_file(layout))
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if plan in process.cmdline():
                yield process


def groups_removed(group: str, root: Path = Path("/sys/fs/cgroup")) -> bool:
    """Remove a control group and those below it, of every hierarchy; whether all are gone."""
    tops = [root / group, *root.glob(f"*/{group}")]
    for top in tops:
        for folder, _, _ in os.walk(top, topdown=False):
            with contextlib.suppress(OSError):
                Path(folder).rmdir()
    return not any(top.exists() for top in tops)


@contextmanager
def alone(folder: Path) -> Generator[None]:
    """One command at a time works on what is in this folder: the second waits for the first."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
