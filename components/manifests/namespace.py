"""The namespace of an environment."""

from components.manifests.labels import environment_labels
from components.manifests.manifest import Manifest, manifest
from components.spec.defaults import PodSecurity
from components.spec.environment import Environment

POD_SECURITY = "pod-security.kubernetes.io"
"""Prefix of the labels by which Kubernetes enforces Pod Security."""


def namespace(environment: Environment, watched: PodSecurity = "restricted") -> Manifest:
    """A namespace that enforces its Pod Security level, and warns and audits at another one."""
    labels = {
        **environment_labels(environment),
        f"{POD_SECURITY}/enforce": environment.pod_security,
        f"{POD_SECURITY}/enforce-version": "latest",
        f"{POD_SECURITY}/warn": watched,
        f"{POD_SECURITY}/warn-version": "latest",
        f"{POD_SECURITY}/audit": watched,
        f"{POD_SECURITY}/audit-version": "latest",
    }
    return manifest("v1", "Namespace", {"name": environment.namespace, "labels": labels})
