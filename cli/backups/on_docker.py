"""A workload on a Docker host: what saves it is a container beside it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, cast

from cli import terminal
from cli.backups.place import PROGRAM
from cli.backups.programs import call, client
from components.manifests.backup import VOLUMES
from components.manifests.docker_object import docker_name
from components.spec.backup import backup_name
from components.spec.environment import Environment
from components.spec.target import DockerTarget

Object = dict[str, Any]


class OnDocker:
    """Two containers, by way of Docker's own client."""

    def __init__(
        self, target: DockerTarget, environment: Environment, workload: str, variables: Mapping[str, str]
    ) -> None:
        named = {"DOCKER_HOST": target.host} if target.host else {}
        self.environment: Mapping[str, str] = {**variables, **named}
        self._workload = docker_name(environment, workload)
        self._beside = docker_name(environment, backup_name(workload))
        self._docker = client("docker", self.environment)

    def inside(self, *arguments: str) -> Sequence[str]:
        """See `Place`."""
        return [self._docker, "exec", self._beside, *PROGRAM, *arguments]

    def instead(self, volumes: Sequence[str], *arguments: str) -> None:
        """See `Place`."""
        found = cast("list[Object]", json.loads(self._ask("container", "inspect", self._beside)))[0]
        terminal.say(f"stopping {self._workload}")
        self._ask("stop", self._workload, self._beside)
        try:
            self._ask("run", "--rm", *flags_in_place(found, volumes), str(found["Image"]), *arguments)
        finally:
            terminal.say(f"starting {self._workload} again")
            self._ask("start", self._workload, self._beside)

    def _ask(self, *arguments: str) -> str:
        return call([self._docker, *arguments], self.environment)


def flags_in_place(container: Object, volumes: Sequence[str]) -> list[str]:
    """How `docker run` makes a container as confined as another, with the same mounts, that may write to volumes.

    Args:
        container: the other, as the engine has it.
        volumes: the names of the volumes that are written to.
    """
    config, host = cast("Object", container["Config"]), cast("Object", container["HostConfig"])
    writable = {f"{VOLUMES}/{volume}" for volume in volumes}
    mounts = [
        f"--mount=type={each['Type']},source={each['Source']},target={each['Target']},volume-nocopy=true"
        + (",readonly" if each.get("ReadOnly") and each["Target"] not in writable else "")
        for each in cast("list[Object]", host["Mounts"])
    ]
    return [
        f"--name={str(container['Name']).lstrip('/')}.restore",
        f"--user={config['User']}",
        "--read-only",
        "--cap-drop=ALL",
        *(f"--security-opt={each}" for each in host["SecurityOpt"]),
        f"--network={host['NetworkMode']}",
        f"--memory={host['Memory']}",
        f"--memory-swap={host['MemorySwap']}",
        f"--cpus={host['NanoCpus'] / 1e9:g}",
        f"--pids-limit={host.get('PidsLimit') or -1}",
        *(f"--tmpfs={path}:{options}" for path, options in cast("Mapping[str, str]", host["Tmpfs"]).items()),
        *(f"--env={each}" for each in config["Env"]),
        "--no-healthcheck",
        *mounts,
    ]
