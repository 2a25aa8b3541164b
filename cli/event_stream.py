"""Receives the engine's events over a private socket while it runs.

The engine can also log them to a file, but its log holds debugging messages with secret values in clear: those must
not touch the disk. Sent to a socket instead (`--event-log tcp://ADDRESS`), they end here. The engine goes on
undisturbed when nobody listens any more.
"""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import grpc
from google.protobuf.empty_pb2 import Empty
from google.protobuf.wrappers_pb2 import StringValue

from cli.events import Event
from toolchain.scratch import scratch_folder

METHOD = "/pulumirpc.Events/StreamEvents"

# The system's limit for a socket's path is 108 bytes on Linux and 104 on macOS.
LONGEST_SOCKET_PATH = 100

# How long the last events may take to arrive after the engine has ended, in seconds.
DRAIN_S = 2.0


class EventStream(grpc.GenericRpcHandler):
    """Collects events; `address` is what the engine is given as its event log."""

    def __init__(self) -> None:
        self.address = ""
        self.events: list[Event] = []

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler[Any, Any] | None:
        """The one method of the protocol."""
        if cast(Any, handler_call_details).method != METHOD:
            return None
        # `EventRequest` is one string in field 1, which is what `StringValue` is too.
        return grpc.stream_unary_rpc_method_handler(
            self._receive, request_deserializer=StringValue.FromString, response_serializer=Empty.SerializeToString
        )

    def _receive(self, requests: Iterator[StringValue], _: grpc.ServicerContext) -> Empty:
        for request in requests:
            event = json.loads(request.value)
            if (event.get("diagnosticEvent") or {}).get("severity") != "debug":
                self.events.append(event)
        return Empty()


@contextmanager
def event_stream(parent: Path) -> Generator[EventStream]:
    """Listen on a socket in a new private folder below `parent`; events are complete when the block has ended."""
    stream = EventStream()
    with scratch_folder(parent, "events") as folder, ThreadPoolExecutor(max_workers=1) as pool:
        server = grpc.server(pool)
        server.add_generic_rpc_handlers((stream,))
        socket = folder / "socket"
        if len(str(socket)) <= LONGEST_SOCKET_PATH:
            server.add_insecure_port(f"unix:{socket}")
            stream.address = f"tcp://unix:{socket}"
        else:
            stream.address = f"tcp://127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
        server.start()
        try:
            yield stream
        finally:
            server.stop(DRAIN_S).wait()
