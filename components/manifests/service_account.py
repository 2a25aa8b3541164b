"""The identity of a workload's pods."""

from components.manifests import pull_secret
from components.manifests.labels import workload_labels
from components.manifests.manifest import Manifest, manifest
from components.spec.environment import Environment
from components.spec.workload import Workload


def service_account(
    environment: Environment, name: str, workload: Workload | None, *, pulls_with_secret: bool
) -> Manifest:
    """An account of its own without a token: a service that never asks the Kubernetes API cannot leak a way in."""
    metadata = {
        "name": name,
        "namespace": environment.namespace,
        "labels": workload_labels(environment, name, workload),
    }
    return manifest(
        "v1",
        "ServiceAccount",
        metadata,
        automountServiceAccountToken=False,
        imagePullSecrets=[{"name": pull_secret.NAME}] if pulls_with_secret else None,
    )
