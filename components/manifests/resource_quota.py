"""The most that an environment's namespace may use."""

from components.manifests.labels import environment_labels
from components.manifests.manifest import Manifest, manifest
from components.spec.environment import Environment
from components.spec.gpu import RESOURCE


def resource_quota(environment: Environment) -> Manifest | None:
    """The quota, or None if the environment has none. Zero GPUs is stated: nobody takes one by accident."""
    quota = environment.quota
    if quota is None:
        return None
    hard = {
        "requests.cpu": quota.requests.cpu,
        "requests.memory": quota.requests.memory,
        "limits.cpu": quota.limits.cpu,
        "limits.memory": quota.limits.memory,
        f"requests.{RESOURCE}": str(quota.gpus),
        "pods": str(quota.pods),
    }
    metadata = {"name": "quota", "namespace": environment.namespace, "labels": environment_labels(environment)}
    return manifest("v1", "ResourceQuota", metadata, spec={"hard": hard})
