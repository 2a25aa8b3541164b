"""What takes snapshots of volumes: a CronJob with the right to make, see and remove them, and to do nothing else."""

from typing import Any

from components.manifests.job import job
from components.manifests.labels import workload_labels
from components.manifests.manifest import Leaf, Manifest, manifest
from components.spec.environment import Environment
from components.spec.snapshots import SNAPSHOTS
from components.spec.workload import Workload

_RBAC = "rbac.authorization.k8s.io"
_TOKEN = "token"  # noqa: S105  # the name of a volume
_TOKEN_SECONDS = 3600
FOLDER = "/var/run/secrets/kubernetes.io/serviceaccount"
"""Where programs that ask the API server look for a token."""


def role(environment: Environment) -> Manifest:
    """The right to make, see and remove VolumeSnapshots of the namespace."""
    rule = {
        "apiGroups": ["snapshot.storage.k8s.io"],
        "resources": ["volumesnapshots"],
        "verbs": ["create", "delete", "get", "list"],
    }
    return manifest(f"{_RBAC}/v1", "Role", _metadata(environment), rules=[rule])


def role_binding(environment: Environment) -> Manifest:
    """Gives it to the account of what takes them."""
    subject = {"kind": "ServiceAccount", "name": SNAPSHOTS, "namespace": environment.namespace}
    reference = {"apiGroup": _RBAC, "kind": "Role", "name": SNAPSHOTS}
    return manifest(f"{_RBAC}/v1", "RoleBinding", _metadata(environment), roleRef=reference, subjects=[subject])


def snapshot_job(environment: Environment, workload: Workload, image: Leaf) -> Manifest:
    """The CronJob, whose pod alone has a token, for an hour.

    Args:
        environment: where it runs.
        workload: its description.
        image: `repository@sha256:…`, possibly not known yet.
    """
    if workload.job is None:
        raise AssertionError("what takes snapshots is a job")
    made = job(environment, SNAPSHOTS, workload, workload.job, image, {})
    pod: dict[str, Any] = made["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    sources = [
        {"serviceAccountToken": {"path": "token", "expirationSeconds": _TOKEN_SECONDS}},
        {"configMap": {"name": "kube-root-ca.crt", "items": [{"key": "ca.crt", "path": "ca.crt"}]}},
        {
            "downwardAPI": {
                "items": [{"path": "namespace", "fieldRef": {"apiVersion": "v1", "fieldPath": "metadata.namespace"}}]
            }
        },
    ]
    pod["volumes"].append({"name": _TOKEN, "projected": {"defaultMode": 0o440, "sources": sources}})
    pod["containers"][0]["volumeMounts"].append({"name": _TOKEN, "mountPath": FOLDER, "readOnly": True})
    return made


def _metadata(environment: Environment) -> dict[str, Any]:
    return {
        "name": SNAPSHOTS,
        "namespace": environment.namespace,
        "labels": workload_labels(environment, SNAPSHOTS),
    }
