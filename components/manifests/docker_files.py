"""The container that brings a workload its files: secrets into memory, at every start of the host; plain files once.

Memory forgets with every restart. This container holds both ends: the host's copy of the secrets, which root alone can
read, and the memory in which the workload finds them. What it keeps is put into its volumes once it is there.
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
    target: DockerTarget,
) -> DockerObject | None:
    """The container, or None for a workload without secrets and files.

    Args:
        environment: where it runs.
        name: the workload's name.
        workload: the workload.
        image: the host's number of the image `images/file-keeper`.
        target: what the host has.
    """
    if not needs_files(workload):
        return None
    return docker_object(
        "Container",
        docker_name(environment, name, "files"),
        workload_labels(environment, name, workload),
        image=image,
        **hardened(workload.user, workload.group, target, None),
        **bounds(RESOURCES, None),
        mounts=_mounts(environment, name, workload),
        networkMode="none",
        healthcheck={
            "tests": ["CMD", "/keep.sh", "check"],
            "interval": "1s",
            "timeout": "5s",
            "startPeriod": "10s",
            "retries": 3,
        },
        restart="unless-stopped",
        **logging(target, docker_name(environment, name, "files")),
        mustRun=True,
    )


def kept_files(workload: Workload, secrets: Mapping[str, Leaf]) -> dict[str, dict[str, Leaf]]:
    """What is put into the volumes of the container.

    Args:
        workload: the workload.
        secrets: the value of each secret that the workload names.

    Returns:
        The text of each file, by its name, by the folder that its volume is mounted at.
    """
    folders: dict[str, dict[str, Leaf]] = {}
    if workload.secrets:
        folders[STORE] = {each: secrets[each] for each in workload.secrets}
    if workload.config_files:
        folders[CONFIG] = dict(workload.config_files.files)
    return folders


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
