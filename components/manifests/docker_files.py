"""The container that brings a workload its files: secrets into memory, at every start of the host; plain files once.

A root file system that cannot be written takes no uploads, and memory forgets with every restart. This container holds
both ends: the host's copy of the secrets, which root alone can read, and the memory in which the workload finds them.
"""

from collections.abc import Mapping
from typing import Any, Final

from components.manifests.docker_hardening import bounds, hardened, logging
from components.manifests.docker_object import DockerObject, docker_name, docker_object
from components.manifests.docker_volume import config_volume, secrets_volume, store_volume
from components.manifests.labels import workload_labels
from components.manifests.manifest import Leaf
from components.spec.environment import Environment
from components.spec.resources import Resources
from components.spec.target import DockerTarget
from components.spec.workload import Workload

STORE: Final = "/store"
SECRETS: Final = "/secrets"
CONFIG: Final = "/config"
"""Where the image of this container expects each; see `images/file-keeper`."""

PROCESSES: Final = 16
"""A shell and what it starts."""

RESOURCES: Final = Resources.model_validate(
    {
        "requests": {"cpu": "10m", "memory": "8Mi", "ephemeralStorage": "8Mi"},
        "limits": {"cpu": "100m", "memory": "32Mi", "ephemeralStorage": "64Mi"},
    }
)
"""A shell that sleeps; measured at 2 MiB. Disk is limited on clusters only."""


def docker_files(
    environment: Environment,
    name: str,
    workload: Workload,
    image: Leaf,
    secrets: Mapping[str, Leaf],
    target: DockerTarget,
) -> DockerObject | None:
    """The container, or None for a workload without secrets and files.

    Args:
        environment: where it runs.
        name: the workload's name.
        workload: the workload.
        image: the host's number of the image `images/file-keeper`.
        secrets: the value of each secret that the workload names: uploaded, and no part of the container's description.
        target: what the host has.
    """
    if not needs_files(workload):
        return None
    uploads: list[dict[str, Any]] = [{"file": f"{STORE}/{each}", "content": secrets[each]} for each in workload.secrets]
    if workload.config_files:
        files = sorted(workload.config_files.files.items())
        uploads += [{"file": f"{CONFIG}/{each}", "content": text} for each, text in files]
    return docker_object(
        "Container",
        docker_name(environment, name, "files"),
        workload_labels(environment, name, workload),
        image=image,
        # The engine takes no upload into a root file system that is read-only. All in it is root's, and nobody here is.
        **{**hardened(workload.user, workload.group, target, None), "readOnly": False},
        **bounds(RESOURCES, None),
        mounts=_mounts(environment, name, workload),
        uploads=uploads,
        networkMode="none",
        healthcheck={
            "tests": ["CMD", "/keep.sh", "check"],
            "interval": "1s",
            "timeout": "5s",
            "startPeriod": "10s",
            "retries": 3,
        },
        wait=True,
        waitTimeout=60,
        restart="unless-stopped",
        **logging(target, docker_name(environment, name, "files")),
        mustRun=True,
    )


def needs_files(workload: Workload) -> bool:
    """Whether a workload gets such a container."""
    return bool(workload.secrets or workload.config_files)


def _mounts(environment: Environment, name: str, workload: Workload) -> list[dict[str, Any]]:
    volumes = {
        STORE: store_volume(environment, name, workload),
        SECRETS: secrets_volume(environment, name, workload),
        CONFIG: config_volume(environment, name, workload),
    }
    return [
        {"type": "volume", "source": volume["name"], "target": path, "volumeOptions": {"noCopy": True}}
        for path, volume in volumes.items()
        if volume is not None
    ]
