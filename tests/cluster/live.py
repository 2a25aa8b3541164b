"""Drives the kubernetes provider as the engine does, against a real cluster."""

from __future__ import annotations

import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from toolchain.plugins.base import (
    CheckRequest,
    ConfigureRequest,
    CreateRequest,
    DeleteRequest,
    DiffRequest,
    DiffResult,
    InitFailedError,
    ProviderError,
    ReadRequest,
    ReadResult,
    UpdateRequest,
)
from toolchain.plugins.base_engine import EngineLog
from toolchain.plugins.base_values import Properties, plain_properties
from toolchain.plugins.kubernetes.live.fields import section
from toolchain.plugins.kubernetes.provider import Kubernetes

OPEN: list[Kubernetes] = []
"""Providers whose connections a test still has to close."""


class Heard(EngineLog):
    """Keeps what the provider tells the user."""

    def __init__(self) -> None:
        super().__init__()
        self.statuses: list[str] = []
        self.messages: list[str] = []

    def status(self, urn: str, message: str) -> None:
        self.statuses.append(message)

    def info(self, urn: str, message: str) -> None:
        self.messages.append(message)

    def warning(self, urn: str, message: str) -> None:
        self.messages.append(message)


@dataclass
class Recorded:
    """What the engine's state holds of one resource."""

    urn: str
    id: str
    state: Properties
    inputs: Properties


@dataclass
class Failure:
    """How a call failed: in which words, and after how many seconds."""

    words: str = ""
    seconds: float = 0.0
    left: Recorded | None = None


@dataclass
class Live:
    """One provider process: a new one for each run of the engine."""

    kubeconfig: Path
    namespace: str
    stack: str = "test"
    extra: dict[str, str] = field(default_factory=dict[str, str])

    def __post_init__(self) -> None:
        self.heard = Heard()
        self.provider = Kubernetes()
        OPEN.append(self.provider)
        self.provider.engine = self.heard
        settings = {"kubeconfig": str(self.kubeconfig), "namespace": self.namespace, **self.extra}
        variables = {f"kubernetes:config:{key}": value for key, value in settings.items()}
        self.provider.configure(ConfigureRequest(args={}, variables=variables))

    def urn(self, obj: Properties, name: str) -> str:
        version = str(obj["apiVersion"])
        token = f"{version if '/' in version else 'core/' + version}:{obj['kind']}"
        return f"urn:pulumi:{self.stack}::cluster-tests::kubernetes:{token}::{name}"

    def check(self, obj: Properties, old: Recorded | None = None, name: str = "") -> tuple[str, Properties]:
        name = name or str(section(plain_properties(obj), "metadata").get("name") or "unnamed")
        urn = old.urn if old else self.urn(obj, name)
        request = CheckRequest(urn=urn, new_inputs=obj, old_inputs=old.inputs if old else {}, random_seed=b"seed")
        return urn, self.provider.check(request).inputs

    def create(self, obj: Properties, *, name: str = "", timeout: float = 0) -> Recorded:
        urn, inputs = self.check(obj, name=name)
        made = self.provider.create(CreateRequest(urn=urn, properties=inputs, timeout=timeout))
        return Recorded(urn, made.id, made.properties, inputs)

    def preview(self, obj: Properties, old: Recorded | None = None) -> Properties:
        urn, inputs = self.check(obj, old)
        if old is None:
            return self.provider.create(CreateRequest(urn=urn, properties=inputs, preview=True)).properties
        request = UpdateRequest(
            urn=urn, id=old.id, old_state=old.state, new_inputs=inputs, old_inputs=old.inputs, preview=True
        )
        return self.provider.update(request)

    def diff(self, old: Recorded, obj: Properties) -> DiffResult:
        urn, inputs = self.check(obj, old)
        request = DiffRequest(urn=urn, id=old.id, old_state=old.state, new_inputs=inputs, old_inputs=old.inputs)
        return self.provider.diff(request)

    def update(self, old: Recorded, obj: Properties, *, ignore: Sequence[str] = (), timeout: float = 0) -> Recorded:
        urn, inputs = self.check(obj, old)
        request = UpdateRequest(
            urn=urn,
            id=old.id,
            old_state=old.state,
            new_inputs=inputs,
            old_inputs=old.inputs,
            ignore_changes=ignore,
            timeout=timeout,
        )
        return Recorded(urn, old.id, self.provider.update(request), inputs)

    def refresh(self, old: Recorded) -> Recorded | None:
        found = self.provider.read(ReadRequest(urn=old.urn, id=old.id, properties=old.state, inputs=old.inputs))
        return None if found is None else Recorded(old.urn, found.id, found.properties, found.inputs)

    def read(self, urn: str, resource_id: str) -> ReadResult | None:
        return self.provider.read(ReadRequest(urn=urn, id=resource_id))

    def delete(self, old: Recorded, timeout: float = 0) -> None:
        self.provider.delete(
            DeleteRequest(urn=old.urn, id=old.id, properties=old.state, old_inputs=old.inputs, timeout=timeout)
        )


@contextmanager
def failing() -> Generator[Failure]:
    """Expects the block to fail; what it yields then says how."""
    failure, began = Failure(), time.monotonic()
    try:
        yield failure
    except InitFailedError as error:
        failure.words = "\n".join(error.reasons)
        urn = error.message.split('"')[1]
        failure.left = Recorded(urn, error.resource_id, error.properties, error.inputs)
    except ProviderError as error:
        failure.words = error.message
    else:
        raise AssertionError("it did not fail")
    failure.seconds = time.monotonic() - began


def container(image: str, *args: str, **fields: object) -> Properties:
    """A hardened container of the actor."""
    made: Properties = {
        "name": "main",
        "image": image,
        "args": list(args),
        "resources": {"requests": {"cpu": "10m", "memory": "16Mi"}, "limits": {"cpu": "500m", "memory": "64Mi"}},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
    }
    return {**made, **cast(Properties, fields)}


PROBE: Properties = {"httpGet": {"path": "/", "port": 8080}, "periodSeconds": 1}


def pod_spec(*containers: Properties, **fields: object) -> Properties:
    """A hardened pod's specification."""
    made: Properties = {
        "automountServiceAccountToken": False,
        "securityContext": {"runAsNonRoot": True, "runAsUser": 10001, "seccompProfile": {"type": "RuntimeDefault"}},
        "terminationGracePeriodSeconds": 1,
        "containers": list(containers),
    }
    return {**made, **cast(Properties, fields)}


def workload(kind: str, name: str, spec: Properties, **fields: object) -> Properties:
    """A Deployment, StatefulSet or DaemonSet of pods with that specification."""
    annotations = fields.pop("annotations", None)
    metadata: Properties = {"name": name}
    if annotations:
        metadata["annotations"] = cast(Properties, annotations)
    made: Properties = {
        "selector": {"matchLabels": {"app": name}},
        "template": {"metadata": {"labels": {"app": name}}, "spec": spec},
    }
    return {"apiVersion": "apps/v1", "kind": kind, "metadata": metadata, "spec": {**made, **cast(Properties, fields)}}


def config_map(name: str = "settings", **data: str) -> Properties:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": {**data}}


def serving(image: str, name: str = "web", say: str = "1", **spec: object) -> Properties:
    return workload(
        "Deployment", name, pod_spec(container(image, "-serve", f"-say={say}", readinessProbe=PROBE)), **spec
    )
