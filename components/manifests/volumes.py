"""The writable and mounted folders of a pod whose root file system is read-only."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from components.manifests import secret
from components.manifests.config_map import config_map_name
from components.manifests.manifest import Leaf
from components.spec import defaults
from components.spec.model import Model
from components.spec.volume import Volume as VolumeSpec
from components.spec.volume import claim_name
from components.spec.workload import Workload


@dataclass(frozen=True)
class Volume:
    """A volume of the pod, with the one place where its container sees it; without a source, a claim's."""

    name: str
    source: dict[str, Any] | None
    path: str
    read_only: bool = False

    def volume(self) -> dict[str, Any]:
        """The entry of the pod's `volumes`."""
        return {"name": self.name, **(self.source or {})}

    def mount(self) -> dict[str, Any]:
        """The entry of the container's `volumeMounts`."""
        return {"name": self.name, "mountPath": self.path, **({"readOnly": True} if self.read_only else {})}


def job_claim_name(name: str, volume: VolumeSpec) -> str:
    """The name of a job's claim for a volume: its pods have no number, by which a StatefulSet's claims are told."""
    return f"{name}.{volume.name}"


def volumes(name: str, workload: Workload, secret_objects: Mapping[str, Leaf]) -> list[Volume]:
    """The volumes of a workload, in a fixed order.

    Args:
        name: the workload's name.
        workload: the workload.
        secret_objects: the name of the Kubernetes secret of each secret that the workload names.
    """
    found = [Volume("tmp", {"emptyDir": {"sizeLimit": workload.tmp_size}}, "/tmp")]  # noqa: S108  # the container's own
    if workload.shm_size:
        memory = {"emptyDir": {"medium": "Memory", "sizeLimit": workload.shm_size}}
        found.append(Volume("shm", memory, "/dev/shm"))  # noqa: S108  # the container's own
    for volume in workload.volumes:
        claim = {"persistentVolumeClaim": {"claimName": job_claim_name(name, volume)}} if workload.job else None
        found.append(Volume(claim_name(volume.name), claim, volume.path))
    if workload.model and (source := _model(workload.model)):
        found.append(Volume("model", source, workload.model.path, read_only=True))
    if workload.config_files:
        config = {"configMap": {"name": config_map_name(name, workload)}}
        found.append(Volume("config", config, workload.config_files.folder, read_only=True))
    if workload.secrets:
        found.append(
            Volume(
                "secrets", {"projected": _secrets(workload, secret_objects)}, defaults.SECRETS_FOLDER, read_only=True
            )
        )
    return found


def claim_spec(volume: VolumeSpec) -> dict[str, Any]:
    """What a claim asks for."""
    source = {"apiGroup": "snapshot.storage.k8s.io", "kind": "VolumeSnapshot", "name": volume.from_snapshot}
    return {
        "accessModes": ["ReadWriteOnce"],
        "volumeMode": "Filesystem",
        "resources": {"requests": {"storage": volume.size}},
        **({"storageClassName": volume.storage_class} if volume.storage_class else {}),
        **({"dataSource": source} if volume.from_snapshot else {}),
    }


def _model(model: Model) -> dict[str, Any] | None:
    """What holds a model that is neither in the image nor in a volume of the workload's own."""
    if model.image:
        return {"image": {"reference": model.image.reference, "pullPolicy": "IfNotPresent"}}
    claim = model.claim.name if model.claim else model.node_local.claim if model.node_local else None
    return {"persistentVolumeClaim": {"claimName": claim, "readOnly": True}} if claim else None


def _secrets(workload: Workload, secret_objects: Mapping[str, Leaf]) -> dict[str, Any]:
    """All secrets in one folder, each a file of its name. Whole folders follow updates; single mounted files do not."""
    return {
        "defaultMode": defaults.SECRET_MODE,
        "sources": [
            {"secret": {"name": secret_objects[name], "items": [{"key": secret.KEY, "path": name}]}}
            for name in workload.secrets
        ],
    }
