"""Storage on a Docker host: what a workload keeps, and the memory in which it finds its secrets."""

from components.manifests.docker_object import DockerObject, docker_name, docker_object
from components.manifests.labels import environment_labels, selector
from components.manifests.names import content_suffix
from components.spec.environment import Environment
from components.spec.workload import Workload

SECRETS_OPTIONS = "size=1m,mode=0700,noexec,nosuid,nodev"
"""Of the memory file system that holds a workload's secrets: Kubernetes, too, takes no secret above 1 MiB."""


def data_volume_name(environment: Environment, name: str, volume: str) -> str:
    """The name on the host of what a workload keeps."""
    return docker_name(environment, name, "volume", volume)


def data_volumes(environment: Environment, name: str, workload: Workload) -> dict[str, DockerObject]:
    """The volumes of a workload, by their names in it. Their labels never change: a volume cannot be made anew."""
    labels = {**selector(name), **environment_labels(environment)}
    return {
        volume.name: docker_object("Volume", data_volume_name(environment, name, volume.name), labels, driver="local")
        for volume in workload.volumes
    }


def secrets_volume(environment: Environment, name: str, workload: Workload) -> DockerObject | None:
    """The memory in which a workload finds its secrets, its user's and nobody else's; or None."""
    if not workload.secrets:
        return None
    owner = f"uid={workload.user},gid={workload.group}"
    return docker_object(
        "Volume",
        docker_name(environment, name, "secrets"),
        {**selector(name), **environment_labels(environment)},
        driver="local",
        driverOpts={"type": "tmpfs", "device": "tmpfs", "o": f"{SECRETS_OPTIONS},{owner}"},
    )


def store_volume(environment: Environment, name: str, workload: Workload) -> DockerObject | None:
    """Where the host keeps a workload's secrets for its next start, for root only; or None.

    Its name follows theirs: one that is no longer named is not kept.
    """
    if not workload.secrets:
        return None
    labels = {**selector(name), **environment_labels(environment)}
    suffix = content_suffix({"names": list(workload.secrets)})
    return docker_object("Volume", docker_name(environment, name, "store", suffix), labels, driver="local")


def config_volume(environment: Environment, name: str, workload: Workload) -> DockerObject | None:
    """A workload's plain files, in a volume whose name follows their content; or None."""
    if workload.config_files is None:
        return None
    labels = {**selector(name), **environment_labels(environment)}
    suffix = content_suffix(workload.config_files.files)
    return docker_object("Volume", docker_name(environment, name, "config", suffix), labels, driver="local")
