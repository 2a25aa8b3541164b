"""What saves a workload's volumes: a container beside it, in its pod or on its host.

It is described as a workload of its own, so that it is confined, bounded, and given its secrets like any other.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from components.manifests.container import container
from components.manifests.docker_volume import data_volume_name
from components.manifests.manifest import Leaf
from components.manifests.volumes import Volume, volumes
from components.spec import defaults
from components.spec.backup import BACKUP, PORT, Backup, saved_volumes
from components.spec.environment import Environment
from components.spec.network import Network
from components.spec.probes import Probes
from components.spec.runtime import runtime_variables
from components.spec.scaling import Shutdown
from components.spec.values import duration_seconds
from components.spec.volume import claim_name
from components.spec.workload import Workload, secret_variable

REPOSITORY = "/repository"
VOLUMES = "/volumes"
"""Where the image expects them; see `images/backup`."""


@dataclass(frozen=True)
class Sidecar:
    """A further container of a pod.

    Attributes:
        container: the entry of the pod's `containers`.
        volumes: those of the pod's `volumes` that are its own.
    """

    container: dict[str, Any]
    volumes: list[dict[str, Any]]


def backup_workload(environment: Environment, backup: Backup, name: str, workload: Workload) -> Workload:
    """What runs beside a workload of which something is saved. Its user is the workload's: it reads what that wrote."""
    s3 = backup.repository.s3
    folder = f"{environment.namespace}.{name}"
    files = {"RESTIC_PASSWORD_FILE": backup.password}
    if s3:
        files |= {"BACKUP_ACCESS_KEY_FILE": s3.access_key, "BACKUP_SECRET_KEY_FILE": s3.secret_key}
    env = {
        **runtime_variables("go", backup.resources),
        "RESTIC_REPOSITORY": f"s3:{s3.url}/{folder}" if s3 else f"{REPOSITORY}/{folder}",
        **{variable: f"{defaults.SECRETS_FOLDER}/{secret}" for variable, secret in files.items()},
        "BACKUP_WORKLOAD": name,
        "BACKUP_VOLUMES": " ".join(saved_volumes(workload)),
        "BACKUP_EVERY_SECONDS": str(duration_seconds(backup.every)),
        "BACKUP_AT_SECONDS": str(backup.at_seconds),
        "BACKUP_CHECK_SECONDS": str(duration_seconds(backup.check_every)),
        "BACKUP_KEEP": json.dumps(backup.keep.model_dump()),
    }
    # A secret of such a name sets that variable itself, to the same path.
    own = {secret_variable(secret) for secret in backup.secrets}
    return Workload(
        image=backup.image,
        replicas=1,
        port=PORT,
        env={variable: value for variable, value in env.items() if variable not in own},
        secrets=backup.secrets,
        resources=backup.resources,
        tmp_size=defaults.BACKUP_TMP,
        pids_limit=defaults.BACKUP_PROCESSES,
        probes=Probes(liveness_path="/health", readiness_path="/ready"),
        shutdown=Shutdown(pre_stop_seconds=0),
        user=workload.user,
        group=workload.group,
        network=Network(allow_to=(s3.allow_to,) if s3 else ()),
    )


def with_way_out(backup: Backup, workload: Workload) -> Workload:
    """The workload as its pod's network policy must see it: what one container of a pod may call, all of them may."""
    if backup.repository.s3 is None:
        return workload
    network = workload.network
    wider = network.model_copy(update={"allow_to": (*network.allow_to, backup.repository.s3.allow_to)})
    return workload.model_copy(update={"network": wider})


def sidecar(
    environment: Environment,
    backup: Backup,
    name: str,
    workload: Workload,
    image: Leaf,
    secret_objects: Mapping[str, Leaf],
) -> Sidecar:
    """The container in the workload's pod, which reads the volumes where they are mounted anyway.

    Args:
        environment: where it runs.
        backup: what is saved, and where to.
        name: the workload's name.
        workload: the workload.
        image: `repository@sha256:…` of what saves, possibly not known yet.
        secret_objects: the name of the Kubernetes secret of each secret that it needs.
    """
    spec = backup_workload(environment, backup, name, workload)
    # Volumes of one pod have names of their own.
    own = [replace(each, name=f"{BACKUP}-{each.name}") for each in volumes(name, spec, secret_objects)]
    if backup.repository.volume:
        claim = {"persistentVolumeClaim": {"claimName": backup.repository.volume}}
        own.append(Volume(f"{BACKUP}-repository", claim, REPOSITORY))
    data = [
        Volume(claim_name(volume.name), None, f"{VOLUMES}/{volume.name}", read_only=True)
        for volume in workload.volumes
        if volume.backup
    ]
    made = container(BACKUP, spec, image, [*own, *data], main_port=BACKUP)
    return Sidecar(made, [each.volume() for each in own])


def docker_mounts(environment: Environment, backup: Backup, name: str, workload: Workload) -> list[dict[str, Any]]:
    """What the container beside a workload on a Docker host mounts: the volumes to read, and what it writes to."""
    data = [
        _mount(data_volume_name(environment, name, volume), f"{VOLUMES}/{volume}", read_only=True)
        for volume in saved_volumes(workload)
    ]
    kept = backup.repository.volume
    # A new volume takes over the rights of the image's folder: anybody may begin a repository there.
    return [*data, *([_mount(kept, REPOSITORY, read_only=False)] if kept else [])]


def _mount(source: str, target: str, *, read_only: bool) -> dict[str, Any]:
    return {
        "type": "volume",
        "source": source,
        "target": target,
        "readOnly": read_only,
        "volumeOptions": {"noCopy": read_only},
    }
