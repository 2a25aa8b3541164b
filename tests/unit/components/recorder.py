"""Runs a program against Pulumi's mocks, and records what it declared: what the mocks themselves would drop."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

import pulumi
from google.protobuf import empty_pb2
from google.protobuf.json_format import MessageToDict
from pulumi.runtime import mocks
from pulumi.runtime.stack import run_pulumi_func

DIGEST = f"sha256:{'a' * 64}"
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""How the protocol writes a value that is not known yet."""

SECRET_MARK = "4dabf18193072939515e22adb298388d"
"""The key by which the protocol tells a secret value."""


@dataclass
class Declared:
    """One resource as the engine saw it."""

    type: str
    name: str
    urn: str
    inputs: dict[str, Any]
    parent: str
    dependencies: list[str]
    delete_before_replace: bool
    retain_on_delete: bool
    create_timeout: str
    outputs: dict[str, Any] | None = None


@dataclass
class Recording:
    """All that a program declared, in order."""

    resources: list[Declared] = field(default_factory=list[Declared])
    exports: dict[str, Any] = field(default_factory=dict[str, Any])

    def of_type(self, suffix: str) -> list[Declared]:
        return [each for each in self.resources if each.type.endswith(suffix)]

    def one(self, suffix: str) -> Declared:
        (found,) = self.of_type(suffix)
        return found


class _Provider(mocks.Mocks):
    """Answers as the providers would: inputs come back; a digest, a password and bytes exist once created."""

    def __init__(self, preview: bool) -> None:
        self.preview = preview

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        made: dict[str, Any] = {}
        if not self.preview:
            made = {
                "docker-build:index:Image": {"digest": DIGEST, "ref": f"name@{DIGEST}"},
                "docker-build:index:Index": {"ref": f"name:tag@{DIGEST}"},
                "random:index/randomPassword:RandomPassword": {"result": "generated-canary"},
                "random:index/randomBytes:RandomBytes": {"hex": "00" * 32},
            }.get(args.typ, {})
        return (None if self.preview else f"{args.name}-id"), {**args.inputs, **made}

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[str, Any], None]:
        raise AssertionError(f"no function is called: {args.token}")


class _Monitor(mocks.MockMonitor):
    def __init__(self, provider: mocks.Mocks, recording: Recording) -> None:
        super().__init__(provider)
        self.recording = recording

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802  # the protocol's name
        response = cast(Any, super().RegisterResource(request))
        if request.type != "pulumi:pulumi:Stack":
            self.recording.resources.append(
                Declared(
                    request.type,
                    request.name,
                    response.urn,
                    MessageToDict(request.object),
                    request.parent,
                    list(request.dependencies),
                    request.deleteBeforeReplace,
                    request.retainOnDelete,
                    request.customTimeouts.create,
                )
            )
        return response

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: N802  # the protocol's name
        outputs = MessageToDict(request.outputs)
        for each in self.recording.resources:
            if each.urn == request.urn:
                each.outputs = outputs
        return empty_pb2.Empty()


def record(program: Callable[[], object], *, preview: bool = False, stack: str = "dev") -> Recording:
    """Runs a program to its end."""
    recording = Recording()
    provider = _Provider(preview)
    mocks.set_mocks(provider, project="slipway", stack=stack, preview=preview, monitor=_Monitor(provider, recording))
    sync = cast("Callable[[Any], None]", getattr(mocks, "_sync_await"))  # noqa: B009  # the SDK's own tests use it so
    sync(run_pulumi_func(cast("Callable[[], None]", program)))
    root = cast(Any, pulumi.runtime.get_root_resource())
    recording.exports = dict(getattr(root, "outputs", {}))
    return recording


def plain(value: Any) -> Any:
    """A recorded value with its secrets opened."""
    if isinstance(value, dict):
        mapping = cast("dict[str, Any]", value)
        if SECRET_MARK in mapping or "4dabf18193072939515e22adb298388d" in mapping:
            return plain(mapping["value"])
        return {key: plain(below) for key, below in mapping.items()}
    if isinstance(value, list):
        return [plain(below) for below in cast("list[Any]", value)]
    return value
