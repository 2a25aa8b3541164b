"""Talks to a provider over real gRPC in JSON, as the recordings do, and replays them call by call."""

import json
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf import empty_pb2, json_format
from google.protobuf.message import Message

from toolchain.plugins.base import Provider
from toolchain.plugins.base_process import make_server, open_log
from toolchain.plugins.base_protocol import plugin_pb2, provider_pb2, status_pb2
from toolchain.plugins.base_service import ProviderService

Json = dict[str, Any]

RECORDINGS = Path(__file__).parents[5] / "shared" / "recordings"
"""What the official providers answered; beside the checkout on the machines that have it."""

_MESSAGES: dict[str, tuple[type[Message], type[Message]]] = {
    "Handshake": (provider_pb2.ProviderHandshakeRequest, provider_pb2.ProviderHandshakeResponse),
    "GetPluginInfo": (empty_pb2.Empty, plugin_pb2.PluginInfo),
    "GetSchema": (provider_pb2.GetSchemaRequest, provider_pb2.GetSchemaResponse),
    "Cancel": (empty_pb2.Empty, empty_pb2.Empty),
    "CheckConfig": (provider_pb2.CheckRequest, provider_pb2.CheckResponse),
    "DiffConfig": (provider_pb2.DiffRequest, provider_pb2.DiffResponse),
    "Configure": (provider_pb2.ConfigureRequest, provider_pb2.ConfigureResponse),
    "Check": (provider_pb2.CheckRequest, provider_pb2.CheckResponse),
    "Diff": (provider_pb2.DiffRequest, provider_pb2.DiffResponse),
    "Create": (provider_pb2.CreateRequest, provider_pb2.CreateResponse),
    "Read": (provider_pb2.ReadRequest, provider_pb2.ReadResponse),
    "Update": (provider_pb2.UpdateRequest, provider_pb2.UpdateResponse),
    "Delete": (provider_pb2.DeleteRequest, empty_pb2.Empty),
    "Invoke": (provider_pb2.InvokeRequest, provider_pb2.InvokeResponse),
    "Construct": (provider_pb2.ConstructRequest, provider_pb2.ConstructResponse),
}


@dataclass
class CallError(Exception):
    """The provider refused.

    Attributes:
        code: The gRPC status, such as `UNKNOWN`.
        message: Its words.
        init_failed: The `ErrorResourceInitFailed` among its details as JSON, if there is one.
    """

    code: str
    message: str
    init_failed: Json | None = None


class Client:
    """Calls a provider, from JSON to JSON."""

    def __init__(self, channel: grpc.Channel) -> None:
        self._channel = channel

    def call(self, method: str, request: Json) -> Json:
        """Returns the response to `request`, both as the recordings write them.

        Raises:
            CallError: The provider refused.
        """
        request_type, response_type = _MESSAGES[method]
        message = request_type()
        json_format.ParseDict(request, message)
        rpc = self._channel.unary_unary(
            f"/pulumirpc.ResourceProvider/{method}",
            request_serializer=request_type.SerializeToString,
            response_deserializer=response_type.FromString,
        )
        try:
            return json_format.MessageToDict(rpc(message, timeout=30))
        except grpc.RpcError as error:
            raise _call_error(error) from None


def _call_error(error: Any) -> CallError:
    init_failed = None
    for key, value in error.trailing_metadata() or ():
        if key == "grpc-status-details-bin":
            detail = provider_pb2.ErrorResourceInitFailed()
            if status_pb2.Status.FromString(value).details[0].Unpack(detail):
                init_failed = json_format.MessageToDict(detail)
    return CallError(error.code().name, error.details(), init_failed)


@contextmanager
def serving(provider: Provider) -> Generator[Client]:
    """Serves `provider` on a port of its own for as long as the block lasts."""
    log, log_place = open_log(provider.name)
    service = ProviderService(provider, log, log_place)
    server, port = make_server(service.add_to)
    channel = grpc.insecure_channel(f"127.0.0.1:{port}")
    try:
        yield Client(channel)
    finally:
        channel.close()
        server.stop(None).wait()
        for handler in log.handlers:
            handler.close()


def recorded(name: str) -> list[Json]:
    """Returns the calls in recording `name` (without `.jsonl`), in order; skips the test where they are absent."""
    path = RECORDINGS / f"{name}.jsonl"
    if not path.exists():
        pytest.skip(f"the recordings of the official providers are not beside this checkout ({RECORDINGS})")
    return [json.loads(line) for line in path.read_text().splitlines()]
