"""One pod on each node of a kind, for what only the node itself can be given."""

from typing import Any

from components.manifests.labels import selector, workload_labels
from components.manifests.manifest import Leaf, Manifest, manifest
from components.spec.environment import Environment
from components.spec.resources import Resources


def daemon_set(environment: Environment, name: str, pod: dict[str, Any]) -> Manifest:
    """A DaemonSet whose pods have an account of this name, without a token.

    Args:
        environment: the namespace for what runs on nodes.
        name: its name, and that of its account.
        pod: what its pods have beyond that.
    """
    labels = workload_labels(environment, name)
    spec = {
        "selector": {"matchLabels": selector(name)},
        "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": "10%"}},
        "template": {
            "metadata": {"labels": labels},
            "spec": {
                "serviceAccountName": name,
                "automountServiceAccountToken": False,
                "enableServiceLinks": False,
                # Nothing that depends on it runs on a node without it.
                "priorityClassName": "system-node-critical",
                **pod,
            },
        },
    }
    metadata = {"name": name, "namespace": environment.namespace, "labels": labels}
    return manifest("apps/v1", "DaemonSet", metadata, spec=spec)


def agent(
    name: str, image: Leaf, resources: Resources, security: dict[str, Any], mounts: list[dict[str, Any]], **fields: Any
) -> dict[str, Any]:
    """A container on a node: root, since the node's folders are root's, and nothing else unless it says so.

    Args:
        name: its name.
        image: `repository@sha256:…`, possibly not known yet.
        resources: what it may use.
        security: what its security context has beside, or otherwise.
        mounts: its `volumeMounts`.
        fields: what it has beyond that.
    """
    return {
        "name": name,
        "image": image,
        "imagePullPolicy": "IfNotPresent",
        **fields,
        "resources": {side: _amounts(resources, side) for side in ("requests", "limits")},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "privileged": False,
            "readOnlyRootFilesystem": True,
            "runAsUser": 0,
            "runAsGroup": 0,
            "seccompProfile": {"type": "RuntimeDefault"},
            **security,
        },
        "volumeMounts": mounts,
    }


def _amounts(resources: Resources, side: str) -> dict[str, str]:
    amounts = resources.requests if side == "requests" else resources.limits
    return {"cpu": amounts.cpu, "memory": amounts.memory, "ephemeral-storage": amounts.ephemeral_storage}
