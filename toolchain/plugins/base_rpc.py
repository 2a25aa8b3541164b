"""How a plugin answers gRPC calls: method tables, and errors as one plain sentence instead of a traceback."""

import logging
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

import grpc
from google.protobuf import any_pb2
from google.protobuf.message import Message

from toolchain.plugins.base_protocol import status_pb2


class PluginError(Exception):
    """A refusal or failure that the user should read.

    Args:
        message: Plain sentences, without secret values.
        code: The gRPC status. The official providers answer `UNKNOWN` for nearly everything.
    """

    def __init__(self, message: str, code: grpc.StatusCode = grpc.StatusCode.UNKNOWN) -> None:
        super().__init__(message)
        self.message = message
        self.code = code


class Answers:
    """Makes gRPC handlers of methods from message to message.

    Args:
        plugin: Words for the plugin, such as "plugin for 'random'".
        log: Where bugs are recorded: their place in the code, never values.
        log_place: Words that tell the user where that is.
        details: Returns the messages to attach to an error; none by default.
    """

    def __init__(
        self,
        plugin: str,
        log: logging.Logger,
        log_place: str,
        details: Callable[[PluginError], Sequence[Message]] = lambda _: (),
    ) -> None:
        self._plugin = plugin
        self._log = log
        self._log_place = log_place
        self._details = details

    def unary(
        self, name: str, request_type: type[Message], method: Callable[..., Message]
    ) -> "grpc.RpcMethodHandler[Any, Any]":
        """Returns the handler of a method that answers with one message."""

        def answer(request: Message, context: grpc.ServicerContext) -> Message:
            try:
                return method(request)
            except Exception as error:  # whatever it is, the engine must hear of it and the plugin must go on
                self._fail(context, name, request, error)

        return grpc.unary_unary_rpc_method_handler(
            answer, request_deserializer=request_type.FromString, response_serializer=_serialize
        )

    def stream(
        self, name: str, request_type: type[Message], method: Callable[..., Iterator[Message]]
    ) -> "grpc.RpcMethodHandler[Any, Any]":
        """Returns the handler of a method that answers with many messages; it is also given the call's context."""

        def answer(request: Message, context: grpc.ServicerContext) -> Iterator[Message]:
            try:
                yield from method(request, context)
            except Exception as error:  # as above
                self._fail(context, name, request, error)

        return grpc.unary_stream_rpc_method_handler(
            answer, request_deserializer=request_type.FromString, response_serializer=_serialize
        )

    def _fail(self, context: grpc.ServicerContext, method: str, request: Message, error: Exception) -> NoReturn:
        if not isinstance(error, PluginError):
            context.abort(grpc.StatusCode.INTERNAL, self._record_bug(method, str(getattr(request, "urn", "")), error))
        details = [_packed(detail) for detail in self._details(error)]
        if details:
            code: int = error.code.value[0]
            status = status_pb2.Status(code=code, message=error.message, details=details)
            context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
        context.abort(error.code, error.message)

    def _record_bug(self, method: str, urn: str, error: Exception) -> str:
        # The error's own text is left out of log and message: it may quote a secret value.
        frames = traceback.extract_tb(error.__traceback__)
        kind = type(error).__name__
        stack = "".join(f"\n  {frame.filename}:{frame.lineno} in {frame.name}" for frame in frames)
        self._log.error("%s of %s failed with %s:%s", method, urn or "the plugin", kind, stack)
        place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}"
        return (
            f"the stand-in {self._plugin} has a bug: {method}{urn and ' of ' + urn} stopped with {kind} at {place}. "
            f"Details: {self._log_place}."
        )


def add_service(server: grpc.Server, service: str, handlers: Mapping[str, "grpc.RpcMethodHandler[Any, Any]"]) -> None:
    """Adds a service to `server`; the methods it lacks are answered with `UNIMPLEMENTED` by gRPC itself.

    Args:
        server: A server that was not started yet.
        service: The service's full name, such as `pulumirpc.ResourceProvider`.
        handlers: Its methods by name.
    """
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service, dict(handlers)),))


def _serialize(message: Message) -> bytes:
    return message.SerializeToString()


def _packed(message: Message) -> any_pb2.Any:
    packed = any_pb2.Any()
    packed.Pack(message)
    return packed
