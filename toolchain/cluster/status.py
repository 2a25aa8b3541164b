"""How the cluster fares, and which cluster a deployment would reach."""

import contextlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import psutil
import yaml

from toolchain import processes
from toolchain.cluster import addresses, lifecycle, parts
from toolchain.cluster.api import Api, Object, RefusedError, condition
from toolchain.cluster.layout import Layout
from toolchain.home import Home


@dataclass(frozen=True)
class Used:
    """The cluster that programs reach by default.

    Attributes:
        kubeconfig: The file that names it.
        context: The context in it.
        own: Whether it is slipway's own cluster, rather than one that the user has.
    """

    kubeconfig: Path
    context: str
    own: bool


@dataclass(frozen=True)
class Status:
    """What `slipway cluster status` says.

    Attributes:
        running: Whether slipway's own cluster runs.
        ready: Whether its node is ready for pods.
        parts: Whether each of its lasting processes lives, by name; empty when it does not run.
        kubeconfig: The administrator's way in; None when it does not run.
        used: What a deployment would reach; None when there is no cluster at all.
    """

    running: bool
    ready: bool
    parts: Mapping[str, bool]
    kubeconfig: Path | None
    used: Used | None


def status(home: Home, environ: Mapping[str, str] | None = None) -> Status:
    """Look at the cluster; nothing is started or changed.

    Args:
        home: Whose cluster.
        environ: Where `KUBECONFIG` and `HOME` are looked up, this process' own by default.
    """
    layout = Layout(home)
    mark = processes.running(home, lifecycle.NAME)
    own = _own(layout, mark)
    return Status(
        running=mark is not None,
        ready=own is not None and _ready(own),
        parts=_parts(layout, mark.pid) if mark else {},
        kubeconfig=own,
        used=used(own, os.environ if environ is None else environ),
    )


def used(own: Path | None, environ: Mapping[str, str]) -> Used | None:
    """Which cluster programs reach: the current context of the user's kubeconfig, else slipway's own.

    Args:
        own: The kubeconfig of slipway's own cluster, None if it does not run.
        environ: `KUBECONFIG` may name several files; without it there is `~/.kube/config`.
    """
    for file in _files(environ):
        if context := current_context(file):
            return Used(file, context, own=own is not None and file == own)
    return Used(own, addresses.NODE_NAME, own=True) if own else None


def variables(home: Home, environ: Mapping[str, str]) -> dict[str, str]:
    """The variables with which programs find slipway's own cluster, after whatever the user has.

    Of several kubeconfigs the first that says something of a context counts: a user's own choices all stay.

    Returns:
        `KUBECONFIG`, with the files that exist; nothing when slipway's own cluster does not run.
    """
    layout = Layout(home)
    own = _own(layout, processes.running(home, lifecycle.NAME))
    if own is None:
        return {}
    files = [file for file in _files(environ) if file.is_file() and file != own]
    return {"KUBECONFIG": os.pathsep.join(str(file) for file in (*files, own))}


def _own(layout: Layout, mark: object) -> Path | None:
    return layout.kubeconfig if mark and layout.kubeconfig.is_file() else None


def _files(environ: Mapping[str, str]) -> list[Path]:
    """The user's kubeconfigs, whether they exist or not."""
    files = [Path(name) for name in environ.get("KUBECONFIG", "").split(os.pathsep) if name]
    if not files and environ.get("HOME"):
        files = [Path(environ["HOME"]) / ".kube" / "config"]
    return files


def current_context(kubeconfig: Path) -> str:
    """The context that a kubeconfig chooses; empty if it chooses none, or cannot be read."""
    try:
        content: Any = yaml.safe_load(kubeconfig.read_text())
    except (OSError, ValueError, yaml.YAMLError):
        return ""
    chosen = cast(Object, content).get("current-context") if isinstance(content, dict) else None
    return chosen if isinstance(chosen, str) else ""


def _ready(kubeconfig: Path) -> bool:
    try:
        node = Api.of(kubeconfig).get(f"/api/v1/nodes/{addresses.NODE_NAME}")
    except (OSError, RefusedError):
        return False
    return condition("Ready")(node)


def _parts(layout: Layout, pid: int) -> dict[str, bool]:
    alive: set[str] = set()
    with contextlib.suppress(psutil.Error):
        for child in psutil.Process(pid).children(recursive=True):
            with contextlib.suppress(psutil.Error):
                if child.status() != psutil.STATUS_ZOMBIE:
                    alive.add(child.exe())
    lasting = (part for part in parts.parts(layout) if not part.ends)
    return {part.name: part.command[0] in alive for part in lasting}
