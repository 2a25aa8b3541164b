"""The credentials with which nodes pull images."""

from components.manifests.labels import environment_labels
from components.manifests.manifest import Leaf, Manifest, manifest
from components.spec.environment import Environment

NAME = "registry"
"""The name of the pull secret in every namespace."""


def pull_secret(environment: Environment, encoded: Leaf) -> Manifest:
    """A secret of the type that nodes read; `encoded` is the text of a Docker `config.json` in base64."""
    metadata = {"name": NAME, "namespace": environment.namespace, "labels": environment_labels(environment)}
    return manifest(
        "v1",
        "Secret",
        metadata,
        type="kubernetes.io/dockerconfigjson",
        data={".dockerconfigjson": encoded},
    )
