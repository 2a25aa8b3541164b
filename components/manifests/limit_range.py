"""What containers get that state no resources."""

from components.manifests.labels import environment_labels
from components.manifests.manifest import Manifest, manifest
from components.spec import defaults
from components.spec.environment import Environment


def limit_range(environment: Environment) -> Manifest:
    """Defaults for containers that slipway did not make: beside a quota, a pod without them would be refused."""
    limit = {
        "type": "Container",
        "default": _amounts("limits"),
        "defaultRequest": _amounts("requests"),
    }
    metadata = {"name": "defaults", "namespace": environment.namespace, "labels": environment_labels(environment)}
    return manifest("v1", "LimitRange", metadata, spec={"limits": [limit]})


def _amounts(side: str) -> dict[str, str]:
    sizes = defaults.CONTAINER_DEFAULTS[side]
    return {"cpu": sizes["cpu"], "memory": sizes["memory"], "ephemeral-storage": sizes["ephemeralStorage"]}
