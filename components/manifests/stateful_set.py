"""The pod of a workload that keeps something, and its claims for storage."""

from collections.abc import Mapping
from typing import Any

from components.manifests.backup import Sidecar
from components.manifests.labels import environment_labels, selector, workload_labels
from components.manifests.manifest import Leaf, Manifest, manifest
from components.manifests.pod import pod_template
from components.manifests.volumes import claim_spec
from components.spec.environment import Environment
from components.spec.profiles import NO_PROFILES, OwnProfiles
from components.spec.volume import Volume, claim_name
from components.spec.workload import Workload


def stateful_set(
    environment: Environment,
    name: str,
    workload: Workload,
    image: Leaf,
    secret_objects: Mapping[str, Leaf],
    beside: Sidecar | None = None,
    profiles: OwnProfiles = NO_PROFILES,
) -> Manifest:
    """A StatefulSet: the old pod has ended before the new one gets its volumes. Claims stay when it goes.

    Args:
        environment: where it runs.
        name: the workload's name.
        workload: a workload with volumes.
        image: `repository@sha256:…`, possibly not known yet.
        secret_objects: the name of the Kubernetes secret of each secret that the workload names.
        beside: what saves its volumes, if something does.
        profiles: its own, if it has some.
    """
    metadata = {
        "name": name,
        "namespace": environment.namespace,
        "labels": workload_labels(environment, name, workload),
    }
    spec = {
        "serviceName": name,
        "replicas": workload.replicas,
        "selector": {"matchLabels": selector(name)},
        "updateStrategy": {"type": "RollingUpdate"},
        "persistentVolumeClaimRetentionPolicy": {"whenDeleted": "Retain", "whenScaled": "Retain"},
        "template": pod_template(environment, name, workload, image, secret_objects, beside, profiles),
        "volumeClaimTemplates": [_claim(environment, name, volume) for volume in workload.volumes],
    }
    return manifest("apps/v1", "StatefulSet", metadata, spec=spec)


def _claim(environment: Environment, name: str, volume: Volume) -> dict[str, Any]:
    """A claim; nothing of it can change, so the version is not among its labels."""
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": claim_name(volume.name), "labels": {**selector(name), **environment_labels(environment)}},
        "spec": claim_spec(volume),
    }
