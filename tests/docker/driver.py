"""Drives the docker provider as the Pulumi engine does, against a real Docker engine."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from toolchain.plugins.base import (
    CheckRequest,
    ConfigureRequest,
    CreateRequest,
    DeleteRequest,
    DiffRequest,
    DiffResult,
    InitFailedError,
    ReadRequest,
    UpdateRequest,
)
from toolchain.plugins.base_values import Properties
from toolchain.plugins.docker.provider import Docker

TYPES = {
    "container": "docker:index/container:Container",
    "network": "docker:index/network:Network",
    "volume": "docker:index/volume:Volume",
    "image": "docker:index/remoteImage:RemoteImage",
}


@dataclass(frozen=True)
class Recorded:
    """What the state holds of one resource; `complaint` is what the last call said it lacks."""

    urn: str
    id: str
    state: Properties
    inputs: Properties
    complaint: str = ""


@dataclass(frozen=True)
class Driver:
    """One provider, configured."""

    provider: Docker

    def check(self, urn: str, old: Properties, /, **inputs: object) -> Properties:
        """Complete inputs, which must be right."""
        given = {name: value for name, value in inputs.items() if value is not None}
        found = self.provider.check(
            CheckRequest(urn=urn, new_inputs=given, old_inputs=old, random_seed=b"seed")  # type: ignore[arg-type]  # plain values
        )
        assert not found.failures, found.failures
        return found.inputs

    def create(self, kind: str, resource: str, /, **inputs: object) -> Recorded:
        """What `pulumi up` does for a new resource."""
        urn = f"urn:pulumi:test::docker::{TYPES[kind]}::{resource}"
        checked = self.check(urn, {}, **inputs)
        try:
            made = self.provider.create(CreateRequest(urn=urn, properties=checked))
        except InitFailedError as error:
            return Recorded(urn, error.resource_id, error.properties, error.inputs, "; ".join(error.reasons))
        return Recorded(urn, made.id, made.properties, checked)

    def diff(self, recorded: Recorded, **changes: object) -> DiffResult:
        """What a preview finds when some inputs change; None takes one out."""
        return self.provider.diff(
            DiffRequest(
                urn=recorded.urn,
                id=recorded.id,
                old_state=recorded.state,
                old_inputs=recorded.inputs,
                new_inputs=self.check(recorded.urn, recorded.inputs, **{**recorded.inputs, **changes}),
            )
        )

    def update(self, recorded: Recorded, **changes: object) -> Recorded:
        """What `pulumi up` does for changed inputs that need no replacement."""
        inputs = self.check(recorded.urn, recorded.inputs, **{**recorded.inputs, **changes})
        request = UpdateRequest(
            urn=recorded.urn,
            id=recorded.id,
            old_state=recorded.state,
            old_inputs=recorded.inputs,
            new_inputs=inputs,
        )
        try:
            state = self.provider.update(request)
        except InitFailedError as error:
            return replace(recorded, state=error.properties, inputs=inputs, complaint="; ".join(error.reasons))
        return replace(recorded, state=state, inputs=inputs, complaint="")

    def refresh(self, recorded: Recorded) -> Recorded | None:
        """What `pulumi refresh` does."""
        request = ReadRequest(urn=recorded.urn, id=recorded.id, properties=recorded.state, inputs=recorded.inputs)
        found = self.provider.read(request)
        return found and replace(recorded, id=found.id, state=found.properties, inputs=found.inputs)

    def take(self, kind: str, name: str, resource_id: str) -> Recorded:
        """What `pulumi import` does."""
        urn = f"urn:pulumi:test::docker::{TYPES[kind]}::{name}"
        found = self.provider.read(ReadRequest(urn=urn, id=resource_id))
        assert found is not None
        return Recorded(urn, found.id, found.properties, found.inputs)

    def delete(self, recorded: Recorded) -> None:
        """What `pulumi destroy` does."""
        self.provider.delete(
            DeleteRequest(urn=recorded.urn, id=recorded.id, properties=recorded.state, old_inputs=recorded.inputs)
        )


@contextmanager
def driver(endpoint: str) -> Generator[Driver]:
    """A provider for one engine, closed in the end."""
    provider = Docker()
    provider.configure(ConfigureRequest(args={"host": endpoint}))
    try:
        yield Driver(provider)
    finally:
        provider.close()
