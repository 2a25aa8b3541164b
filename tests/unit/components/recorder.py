"""Runs a program against Pulumi's mocks, and records what it declared: also what the mocks themselves would drop."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

import pulumi
from google.protobuf import empty_pb2
from google.protobuf.json_format import MessageToDict, ParseDict
from google.protobuf.struct_pb2 import Struct
from pulumi.runtime import mocks
from pulumi.runtime.proto import resource_pb2
from pulumi.runtime.settings import SETTINGS
from pulumi.runtime.stack import run_pulumi_func

DIGEST = f"sha256:{'a' * 64}"
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""How the protocol writes a value that is not known yet."""

_SIGNATURE = "4dabf18193072939515e22adb298388d"
"""The key by which the protocol tells a secret value."""


@dataclass
class Declared:
    """One resource as the engine saw it."""

    type: str
    name: str
    urn: str
    inputs: dict[str, Any]
    parent: str
    provider: str
    dependencies: list[str]
    delete_before_replace: bool
    retain_on_delete: bool
    replace_on_changes: list[str]
    create_timeout: str
    outputs: dict[str, Any] | None = None


@dataclass
class Recording:
    """All that a program declared, in order."""

    resources: list[Declared] = field(default_factory=list[Declared])
    exports: dict[str, Any] = field(default_factory=dict[str, Any])

    def of_type(self, suffix: str) -> list[Declared]:
        return [each for each in self.resources if each.type.endswith(f":{suffix}")]

    def one(self, suffix: str) -> Declared:
        (found,) = self.of_type(suffix)
        return found

    def named(self, name: str) -> Declared:
        (found,) = (each for each in self.resources if each.name == name)
        return found


class _NoMocks(mocks.Mocks):
    """Everything is answered by the monitor below; a function call would be a mistake."""

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        raise AssertionError(f"answered by the monitor: {args.typ}")

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[str, Any], None]:
        raise AssertionError(f"no function is called: {args.token}")


class _Monitor(mocks.MockMonitor):
    """Answers as engine and providers would: inputs come back; what is made exists only after an update."""

    def __init__(self, recording: Recording, made: dict[str, dict[str, Any]]) -> None:
        super().__init__(_NoMocks())
        self.recording = recording
        self.made = made

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802  # the protocol's name
        urn = self.make_urn(request.parent, request.type, request.name)
        if request.type == "pulumi:pulumi:Stack":
            return resource_pb2.RegisterResourceResponse(urn=urn)
        inputs = MessageToDict(request.object)
        self.recording.resources.append(
            Declared(
                type=request.type,
                name=request.name,
                urn=urn,
                inputs=inputs,
                parent=request.parent,
                provider=request.provider,
                dependencies=list(request.dependencies),
                delete_before_replace=request.deleteBeforeReplace,
                retain_on_delete=request.retainOnDelete,
                replace_on_changes=list(request.replaceOnChanges),
                create_timeout=request.customTimeouts.create,
            )
        )
        outputs = {**inputs, **self.made.get(request.type.rsplit(":", 1)[-1], {})}
        return resource_pb2.RegisterResourceResponse(
            urn=urn, id=f"{request.name}-id", object=ParseDict(outputs, Struct())
        )

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: N802  # the protocol's name
        outputs = MessageToDict(request.outputs)
        for each in self.recording.resources:
            if each.urn == request.urn:
                each.outputs = outputs
        return empty_pb2.Empty()


MADE: dict[str, dict[str, Any]] = {
    "Image": {"digest": DIGEST, "ref": f"name@{DIGEST}", "contextHash": "c" * 64},
    "Index": {"ref": f"name:tag@{DIGEST}"},
    "RemoteImage": {"imageId": f"sha256:{'b' * 64}"},
    "Lint": {"bases": ["docker.io/library/python:3.11"], "findings": {}, "ignored": []},
    "ImageTest": {"answered": "200"},
    "Sbom": {"packages": 2, "cyclonedx": [DIGEST], "spdx": [DIGEST]},
    "Scan": {"checked": 2, "findings": {"low": 1}, "notChecked": {}, "waived": []},
    "ExternalScan": {"checked": 1, "findings": {}, "notChecked": {}, "waived": []},
    "Signature": {"signedBy": "0123456789abcdef"},
    "Verification": {"signedBy": "0123456789abcdef"},
    "Provenance": {"statement": DIGEST},
    "RandomPassword": {"result": "generated-canary"},
    "RandomBytes": {"hex": "00" * 32},
}
"""What an update makes, by type."""


def record(
    program: Callable[[], object],
    *,
    preview: bool = False,
    made: dict[str, dict[str, Any]] | None = None,
    into: Recording | None = None,
) -> Recording:
    """Runs a program to its end, in a preview or an update.

    Args:
        program: declares resources.
        preview: whether made values are unknown.
        made: other answers of providers, by type.
        into: what to record into, for a program that fails.
    """
    recording = into or Recording()
    answers = made if made is not None else {} if preview else MADE

    async def run() -> None:
        monitor = _Monitor(recording, answers)
        mocks.set_mocks(_NoMocks(), project="slipway", stack="slipway", preview=preview, monitor=monitor)
        # The SDK waits for every output that anything in this process left unfinished, also in a loop that is gone.
        cast("Any", SETTINGS).outputs.clear()
        await run_pulumi_func(cast("Callable[[], None]", program))
        exports = cast("dict[str, Any]", getattr(pulumi.runtime.get_root_resource(), "outputs", {}))
        recording.exports = {name: await pulumi.Output.from_input(value).future() for name, value in exports.items()}

    # In a context and a loop of its own: nothing of one program is left for the next.
    asyncio.run(run())
    return recording


def opened(value: Any) -> Any:
    """A recorded value with its secrets opened."""
    if isinstance(value, dict):
        mapping = cast("dict[str, Any]", value)
        if _SIGNATURE in mapping:
            return opened(mapping["value"])
        return {key: opened(below) for key, below in mapping.items()}
    if isinstance(value, list):
        return [opened(below) for below in cast("list[Any]", value)]
    return value


def is_secret(value: Any) -> bool:
    """Whether a recorded value is marked as a secret."""
    return isinstance(value, dict) and _SIGNATURE in cast("dict[str, Any]", value)


def clear_texts(value: Any) -> list[str]:
    """All texts of a recorded value that are not inside a secret."""
    if is_secret(value):
        return []
    if isinstance(value, dict):
        return [text for below in cast("dict[str, Any]", value).values() for text in clear_texts(below)]
    if isinstance(value, list):
        return [text for below in cast("list[Any]", value) for text in clear_texts(below)]
    return [value] if isinstance(value, str) else []
