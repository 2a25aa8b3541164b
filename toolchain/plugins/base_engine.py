"""What a plugin tells the engine while it works: lines that the user sees beside the resource."""

import threading

import grpc

from toolchain.plugins.base_protocol import engine_pb2

_TIMEOUT_S = 30.0  # the engine is on this machine, which may be busy; one that has ended refuses at once


class EngineLog:
    """Sends messages to the engine; never fails, since a lost message is no reason to fail a deployment.

    Args:
        address: Host and port of the engine; "" drops every message.
    """

    def __init__(self, address: str = "") -> None:
        self._address = address
        self._lock = threading.Lock()
        self._send: grpc.UnaryUnaryMultiCallable[engine_pb2.LogRequest, bytes] | None = None
        self._under_way: set[object] = set()  # a call that nobody refers to is cancelled

    def status(self, urn: str, message: str) -> None:
        """Shows a line in the resource's place until the next one; it is not kept."""
        self._log(engine_pb2.INFO, urn, message, ephemeral=True)

    def info(self, urn: str, message: str) -> None:
        """Shows a message that is kept."""
        self._log(engine_pb2.INFO, urn, message)

    def warning(self, urn: str, message: str) -> None:
        """Shows a warning."""
        self._log(engine_pb2.WARNING, urn, message)

    def _log(
        self, severity: "engine_pb2.LogSeverity.ValueType", urn: str, message: str, *, ephemeral: bool = False
    ) -> None:
        if not self._address:
            return
        request = engine_pb2.LogRequest(severity=severity, urn=urn, message=message, ephemeral=ephemeral)
        try:
            if ephemeral:
                call = self._method().future(request, timeout=_TIMEOUT_S)
                self._under_way.add(call)
                call.add_done_callback(self._under_way.discard)
            else:
                self._method()(request, timeout=_TIMEOUT_S)
        except (grpc.RpcError, ValueError):  # ValueError: the channel was closed
            return

    def _method(self) -> "grpc.UnaryUnaryMultiCallable[engine_pb2.LogRequest, bytes]":
        with self._lock:
            if self._send is None:
                channel = grpc.insecure_channel(self._address)
                self._send = channel.unary_unary(
                    "/pulumirpc.Engine/Log",
                    request_serializer=engine_pb2.LogRequest.SerializeToString,
                    response_deserializer=bytes,
                )
            return self._send
