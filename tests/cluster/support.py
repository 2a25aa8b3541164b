"""What tests do with a cluster."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from toolchain.home import Home

Object = dict[str, Any]

FIELD_MANAGER = "test"


@dataclass(frozen=True)
class Said:
    """What kubectl printed, and its exit code."""

    code: int
    out: str
    err: str


@dataclass(frozen=True)
class Cluster:
    """slipway's own cluster, running.

    Attributes:
        home: Whose it is.
        kubeconfig: The administrator's.
    """

    home: Home
    kubeconfig: Path

    def try_kubectl(self, *arguments: str, given: str | None = None) -> Said:
        """Run kubectl; never raises for its exit code."""
        cache = str(self.kubeconfig.parent / "state" / "kubectl")  # goes with the cluster
        command = [
            str(self.home.bin / "kubectl"),
            "--kubeconfig",
            str(self.kubeconfig),
            "--cache-dir",
            cache,
            *arguments,
        ]
        done = subprocess.run(command, input=given, capture_output=True, text=True, check=False)
        return Said(done.returncode, done.stdout, done.stderr)

    def kubectl(self, *arguments: str, given: str | None = None) -> str:
        """Run kubectl; what it printed. Fails the test if it fails."""
        said = self.try_kubectl(*arguments, given=given)
        assert said.code == 0, f"kubectl {' '.join(arguments)}: {said.err}"
        return said.out

    def get(self, *arguments: str) -> Object:
        """One object or list."""
        return cast(Object, json.loads(self.kubectl("get", *arguments, "--output", "json")))

    def apply(self, objects: Iterable[Object]) -> str:
        """Apply objects with strict field validation."""
        return self.kubectl(*_APPLY, given=_text(objects))

    def try_apply(self, objects: Iterable[Object]) -> Said:
        """The same, for objects that may be refused."""
        return self.try_kubectl(*_APPLY, given=_text(objects))

    def make_namespace(self, name: str, labels: Mapping[str, str] | None = None) -> None:
        """Make a namespace, and wait for its `default` service account: without it a pod is refused."""
        self.apply(
            [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": dict(labels or {})}}]
        )
        self.wait("serviceaccount/default", "create", name)

    def wait(self, what: str, condition: str, namespace: str, seconds: int = 120) -> None:
        """Wait for a condition (`condition=Ready`, `create`, `delete`, `jsonpath=…`); fails the test without it."""
        flag = "--for=" + condition
        said = self.try_kubectl("wait", what, flag, f"--timeout={seconds}s", "--namespace", namespace)
        assert said.code == 0, f"{said.err}\n{self._story(namespace)}"

    def _story(self, namespace: str) -> str:
        """What happened in a namespace, for a failed test's message."""
        events = self.try_kubectl("get", "events", "--namespace", namespace, "--sort-by=.lastTimestamp").out
        return events + self.try_kubectl("get", "pods,pvc", "--namespace", namespace, "--output=wide").out


_APPLY = ("apply", "--server-side", f"--field-manager={FIELD_MANAGER}", "--validate=strict", "--filename=-")


def _text(objects: Iterable[Object]) -> str:
    return json.dumps({"apiVersion": "v1", "kind": "List", "items": list(objects)})


def pod(name: str, image: str, **spec: Any) -> Object:
    """A hardened pod, as the `restricted` level wants it, that answers on 8080."""
    container: Object = {
        "name": "main",
        "image": image,
        "ports": [{"containerPort": 8080}],
        "resources": {"requests": {"cpu": "10m", "memory": "16Mi"}, "limits": {"cpu": "1", "memory": "64Mi"}},
        "readinessProbe": {"httpGet": {"path": "/", "port": 8080}, "periodSeconds": 1},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
    }
    container |= spec.pop("container", {})
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "labels": {"app": name}},
        "spec": {
            "automountServiceAccountToken": False,
            "securityContext": {
                "runAsNonRoot": True,
                "runAsUser": 10001,
                "fsGroup": 10001,
                "seccompProfile": {"type": "RuntimeDefault"},
            },
            "containers": [container],
            **spec,
        },
    }


def service(name: str, kind: str = "ClusterIP") -> Object:
    """A service in front of the pods of that name."""
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name},
        "spec": {"type": kind, "selector": {"app": name}, "ports": [{"port": 80, "targetPort": 8080}]},
    }


def within(namespace: str, *objects: Object) -> list[Object]:
    """The same objects, in a namespace."""
    return [{**one, "metadata": {**one["metadata"], "namespace": namespace}} for one in objects]


def node_port(cluster: Cluster, namespace: str, name: str) -> str:
    """The URL of a service of type NodePort on this machine."""
    port = cluster.get("service", name, "--namespace", namespace)["spec"]["ports"][0]["nodePort"]
    return f"http://127.0.0.1:{port}"
