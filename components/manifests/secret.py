"""A secret as a Kubernetes object; its value comes from elsewhere and is never looked into."""

from components.manifests.labels import environment_labels
from components.manifests.manifest import Leaf, Manifest, manifest
from components.spec.environment import Environment

KEY = "value"
"""The key that holds the value. Each secret is an object of its own: who may read one may not read the next."""


def secret(environment: Environment, object_name: Leaf, encoded: Leaf) -> Manifest:
    """An immutable secret: a new value is a new object under a new name, so that pods roll over and back safely.

    Args:
        environment: where it lives.
        object_name: the name of the object, which changes with the value.
        encoded: the value in base64.
    """
    metadata = {"name": object_name, "namespace": environment.namespace, "labels": environment_labels(environment)}
    return manifest("v1", "Secret", metadata, type="Opaque", immutable=True, data={KEY: encoded})
