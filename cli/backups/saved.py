"""The backups of one workload of a stack: listed, made, and brought back."""

from __future__ import annotations

import datetime
import json
import os
import tarfile
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Any, cast

from cli import settings
from cli.backups.on_cluster import OnCluster
from cli.backups.on_docker import OnDocker
from cli.backups.place import Place
from cli.backups.programs import call, reading
from cli.failures import BadInputError, CommandError
from cli.workspace import Workspace
from components.manifests.backup import VOLUMES
from components.spec.backup import saved_volumes
from components.spec.problem import listed
from components.spec.settings import Settings
from components.spec.target import DockerTarget, KubernetesTarget
from toolchain.docker_host.layout import Layout


def place(workspace: Workspace, described: Settings, workload: str) -> Place:
    """Where a workload runs whose volumes are saved.

    Raises:
        BadInputError: there is no such workload, or it runs nowhere.
    """
    known = described.saved_workloads
    if workload not in known:
        raise BadInputError(
            f"{workload!r} has no volume that is saved in the stack {workspace.stack!r}\n"
            f"  allowed: {listed(sorted(known), 'or')}\n"
            "  mend: name one of them, or add `backup: true` to its volume and `slipway up`"
        )
    environment, target = workspace.environment(), described.target
    match target:
        case KubernetesTarget():
            return OnCluster(target, described.environment.namespace, workload, environment)
        case DockerTarget():
            # slipway's own engine brought a client with it.
            path = os.pathsep.join((environment["PATH"], str(Layout(workspace.home).bin)))
            return OnDocker(target, described.environment, workload, {**environment, "PATH": path})
        case _:
            raise BadInputError(
                f"the stack {workspace.stack!r} is rendered, and runs nowhere\n"
                "  mend: name a stack that is deployed, with --stack"
            )


def load(stack: str) -> tuple[Workspace, Settings]:
    """A stack and its settings."""
    workspace = Workspace.open(stack)
    return workspace, settings.load(workspace).settings


def wanted_volumes(described: Settings, workload: str, chosen: Sequence[str]) -> tuple[str, ...]:
    """The volumes that are meant: those chosen, else all of the workload that are saved.

    Raises:
        BadInputError: one of them is not saved.
    """
    known = saved_volumes(described.saved_workloads[workload])
    for name in chosen:
        if name not in known:
            raise BadInputError(
                f"{workload!r} has no volume {name!r} that is saved\n  allowed: {listed(known, 'or')}\n"
                "  mend: name one of them, or leave --volume out for all"
            )
    return tuple(chosen) or known


def snapshots(where: Place) -> Iterator[tuple[str, ...]]:
    """What is kept, the oldest first: id, time, volumes, and what is amiss."""
    found = cast("list[dict[str, Any]]", json.loads(call(where.inside("snapshots"), where.environment)))
    for each in found:
        time = datetime.datetime.fromtimestamp(each["time"], datetime.UTC)
        lacking = "" if each["complete"] else "lacks files that could not be read"
        yield str(each["id"]), f"{time:%Y-%m-%d %H:%M:%S} UTC", ", ".join(each["volumes"]), lacking


def fetch(where: Place, snapshot: str, volume: str, folder: Path) -> None:
    """Writes a saved volume into a folder of this machine, which is made, and must not hold anything.

    Raises:
        BadInputError: there is something in it.
        CommandError: the snapshot cannot be read.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise BadInputError(f"{folder} is not empty\n  mend: name a new folder with --to")
    command = where.inside("dump", f"--snapshot={snapshot}", f"--volume={volume}")
    above = PurePosixPath(VOLUMES, volume).relative_to("/")
    broken: tarfile.TarError | None = None
    with reading(command, where.environment) as stream:
        try:
            _unpack(stream, above, folder)
        except tarfile.TarError as error:
            broken = error  # what ended the stream is told first, in its own words
    if broken:
        raise CommandError(f"what came is not a whole archive: {broken}")


def _unpack(stream: Any, above: PurePosixPath, folder: Path) -> None:
    with tarfile.open(fileobj=stream, mode="r|") as archive:
        for entry in archive:
            path = PurePosixPath(entry.name)
            if path.is_relative_to(above) and path != above:
                # Paths are as they were saved. Owners are whoever runs this.
                entry.name = str(path.relative_to(above))
                archive.extract(entry, folder, filter="tar")
