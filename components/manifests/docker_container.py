"""The one container of a workload on a Docker host."""

from collections.abc import Mapping, Sequence
from typing import Any

from components.manifests.docker_hardening import TMP_OPTIONS, bounds, hardened, logging, restarting, tmp_size
from components.manifests.docker_network import Attachment, network_name
from components.manifests.docker_object import DockerObject, docker_name, docker_object
from components.manifests.docker_volume import config_volume, data_volumes, secrets_volume
from components.manifests.labels import workload_labels
from components.manifests.manifest import Leaf
from components.spec import defaults
from components.spec.environment import Environment
from components.spec.target import DockerTarget
from components.spec.workload import Workload, secret_variable

FILES_LABEL = "slipway/files"
"""The label that follows the files of a container: it is made anew when one of them changes."""


def docker_container(
    environment: Environment,
    name: str,
    workload: Workload,
    image: Leaf,
    networks: Sequence[Attachment],
    target: DockerTarget,
    *,
    files: Leaf | None = None,
    seccomp: str | None = None,
    source: str | None = None,
    others: Sequence[Mapping[str, Any]] = (),
) -> DockerObject:
    """A container that is as confined as the workload's pods would be.

    Args:
        environment: where it runs.
        name: the workload's name.
        workload: the workload.
        image: the host's number of the image, possibly not known yet.
        networks: the networks it joins.
        target: what the host has.
        files: changes with the content of its secrets, or None if it has none.
        seccomp: the text of its seccomp profile, if it has one of its own.
        source: the folder of this machine that live reload mounts, if it is wanted.
        others: mounts of what is not its own.
    """
    labels = workload_labels(environment, name, workload)
    return docker_object(
        "Container",
        docker_name(environment, name),
        labels if files is None else {**labels, FILES_LABEL: files},
        image=image,
        hostname=name,
        entrypoints=_entrypoint(workload, reloads=source is not None),
        command=list(workload.args) or None,
        envs=[f"{variable}={value}" for variable, value in sorted(environment_variables(workload).items())] or None,
        **hardened(workload.user, workload.group, target, seccomp),
        **bounds(workload.resources, workload.shm_size),
        tmpfs={"/tmp": f"{TMP_OPTIONS},size={tmp_size(workload)}"},  # noqa: S108  # the container's own
        mounts=[*_mounts(environment, name, workload, source), *others] or None,
        **_networks(environment, networks),
        ports=_ports(workload) or None,
        healthcheck=healthcheck(workload),
        **_waiting(workload),
        **restarting(workload),
        **logging(target, docker_name(environment, name)),
        deviceRequests=device_requests(workload) or None,
        stopTimeout=workload.times.grace,
        destroyGraceSeconds=workload.times.grace,
        mustRun=True,
    )


def environment_variables(workload: Workload) -> Mapping[str, str]:
    """Plain settings, the paths of secrets, and what follows from the limits."""
    paths = {secret_variable(name): f"{defaults.SECRETS_FOLDER}/{name}" for name in workload.secrets}
    return {**workload.env, **paths, **workload.derived_variables}


def healthcheck(workload: Workload) -> dict[str, Any] | None:
    """How Docker sees whether it is ready: its command, or else the one that the image brings; None if nothing can."""
    wanted = workload.probes
    if workload.port is None and not wanted.command:
        return None
    return {
        **({"tests": ["CMD", *wanted.command]} if wanted.command else {}),
        "interval": f"{wanted.readiness_period_seconds}s",
        "timeout": f"{wanted.timeout_seconds}s",
        "startPeriod": f"{workload.times.startup}s",
        "retries": defaults.PROBE_FAILURES,
    }


def device_requests(workload: Workload) -> list[dict[str, Any]]:
    """Whole NVIDIA GPUs, for computing; none for a workload that asks for none."""
    whole = workload.gpu.whole if workload.gpu else None
    if whole is None:
        return []
    return [{"driver": "nvidia", "count": whole.count, "capabilities": ["gpu", "compute", "utility"]}]


def _entrypoint(workload: Workload, *, reloads: bool) -> list[str] | None:
    if reloads and workload.live_reload:
        return list(workload.live_reload.command)
    return list(workload.command) or None


def _mounts(environment: Environment, name: str, workload: Workload, source: str | None) -> list[dict[str, Any]]:
    data = data_volumes(environment, name, workload)
    # A new volume takes over the owner of the image's folder: the workload's user can write to it.
    mounts = [_volume(data[volume.name], volume.path, copied=True) for volume in workload.volumes]
    config = config_volume(environment, name, workload)
    if config and workload.config_files:
        mounts.append(_volume(config, workload.config_files.folder, read_only=True))
    secrets = secrets_volume(environment, name, workload)
    if secrets:
        mounts.append(_volume(secrets, defaults.SECRETS_FOLDER, read_only=True))
    if source is not None and workload.live_reload:
        mounts.append({"type": "bind", "source": source, "target": workload.live_reload.at, "readOnly": True})
    return mounts


def _volume(volume: DockerObject, path: str, *, read_only: bool = False, copied: bool = False) -> dict[str, Any]:
    return {
        "type": "volume",
        "source": volume["name"],
        "target": path,
        "readOnly": read_only,
        "volumeOptions": {"noCopy": not copied},
    }


def _networks(environment: Environment, networks: Sequence[Attachment]) -> dict[str, Any]:
    if not networks:
        return {"networkMode": "none"}
    return {
        "networksAdvanced": [
            {"name": network_name(environment, each.role), **({"aliases": list(each.aliases)} if each.aliases else {})}
            for each in networks
        ]
    }


def _ports(workload: Workload) -> list[dict[str, Any]]:
    return [
        {"internal": each.port, "external": each.on_host, "ip": each.host_address, "protocol": "tcp"}
        for each in workload.publish
    ]


def _waiting(workload: Workload) -> dict[str, Any]:
    """Who depends on it starts once it is healthy."""
    wanted = workload.probes
    if healthcheck(workload) is None:
        return {}
    slowest = defaults.PROBE_FAILURES * (wanted.readiness_period_seconds + wanted.timeout_seconds)
    return {"wait": True, "waitTimeout": workload.times.startup + slowest}
