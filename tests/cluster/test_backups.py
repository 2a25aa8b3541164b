"""Volumes on a cluster are saved to S3-compatible storage and brought back: killed half-way, lost, and damaged."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.cluster.stacks import new_namespace
from tests.cluster.support import Cluster, Object, service, within
from tests.support import s3, saving
from tests.support.saving import Kept
from tests.support.small_image import BASE
from tests.support.workbench import Workbench
from toolchain.cluster.addresses import NODE_NAME

PORT = 8080


@dataclass(frozen=True)
class Storage:
    """A bucket in a namespace of its own, which no stack owns."""

    cluster: Cluster
    namespace: str

    @property
    def repository(self) -> Object:
        """As a stack file has it."""
        return {
            "s3": {
                "url": f"http://storage.{self.namespace}.svc.cluster.local/backups",
                "accessKey": saving.SECRETS[1],
                "secretKey": saving.SECRETS[2],
                "allowTo": {"namespace": self.namespace, "ports": [PORT]},
            }
        }

    def python(self, code: str) -> str:
        """Runs Python there, with the folder of the objects as its argument."""
        return self.cluster.kubectl("exec", "storage", "-n", self.namespace, "--", "python3", "-c", code, "/data")


@pytest.fixture(scope="module")
def storage(cluster: Cluster, embedded_registry: str) -> Iterator[Storage]:
    name = f"storage-{uuid.uuid4().hex[:8]}"
    metadata = {"name": "storage", "labels": {"app": "storage"}}
    code: Object = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "code"}}
    code["data"] = {"s3.py": Path(s3.__file__).read_text(encoding="utf-8")}
    container = {
        "name": "main",
        "image": f"{embedded_registry}/{BASE.partition('/')[2]}",
        "command": ["python3", "/code/s3.py", "/data", str(PORT), saving.ACCESS_KEY],
        "readinessProbe": {"tcpSocket": {"port": PORT}, "periodSeconds": 1},
        "volumeMounts": [{"name": "code", "mountPath": "/code"}, {"name": "data", "mountPath": "/data"}],
    }
    volumes: list[Object] = [{"name": "code", "configMap": {"name": "code"}}, {"name": "data", "emptyDir": {}}]
    pod: Object = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata}
    pod["spec"] = {"containers": [container], "volumes": volumes, "terminationGracePeriodSeconds": 0}
    cluster.make_namespace(name)
    cluster.apply(within(name, code, pod, service("storage")))
    yield Storage(cluster, name)
    cluster.kubectl("delete", "namespace", name, "--wait=false", "--ignore-not-found")


@pytest.fixture(scope="module")
def kept(cluster: Cluster, checkout: Workbench, storage: Storage) -> Kept:
    namespace = new_namespace()
    saving.write(checkout, {"kind": "kubernetes", "context": NODE_NAME}, namespace, storage.repository)

    def run(container: str, code: str) -> str:
        where = ("store-0", "--namespace", namespace, "--container", container)
        return cluster.kubectl("exec", *where, "--", "python3", "-c", code)

    found = Kept(checkout, lambda code: run("store", code), lambda code: run("backup", code), storage.python)
    found.done("up", "--yes")
    cluster.wait("pod/storage", "condition=Ready", storage.namespace)
    return found


@pytest.fixture(scope="module")
def good(kept: Kept) -> dict[str, Any]:
    return saving.saved_and_killed(kept)


def test_what_was_lost_after_a_killed_backup_comes_back_byte_for_byte(kept: Kept, good: dict[str, Any]) -> None:
    saving.lost_and_restored(kept, good)


def test_damage_is_noticed(kept: Kept, good: dict[str, Any]) -> None:
    del good
    saving.damaged(kept)
