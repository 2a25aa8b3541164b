"""A workload's plain files."""

from components.manifests.labels import workload_labels
from components.manifests.manifest import Manifest, manifest
from components.manifests.names import content_suffix, derived
from components.spec.environment import Environment
from components.spec.workload import Workload


def config_map_name(name: str, workload: Workload) -> str | None:
    """The name of the ConfigMap, which changes with its content; None if the workload has no files."""
    if workload.config_files is None:
        return None
    return derived(name, "config", content_suffix(workload.config_files.files))


def config_map(environment: Environment, name: str, workload: Workload) -> Manifest | None:
    """An immutable ConfigMap, or None: new content is a new object, which rolls the pods over."""
    if workload.config_files is None:
        return None
    metadata = {
        "name": config_map_name(name, workload),
        "namespace": environment.namespace,
        "labels": workload_labels(environment, name, workload),
    }
    return manifest("v1", "ConfigMap", metadata, immutable=True, data=dict(workload.config_files.files))
