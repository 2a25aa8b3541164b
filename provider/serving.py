"""Serves the provider to the engine; a refusal reaches the person as it was said, without a traceback."""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Sequence
from typing import Any

import grpc
import grpc.aio
from pulumi.provider.experimental.server import ProviderServicer
from pulumi.runtime.proto import provider_pb2_grpc

from provider.resources import SupplyChain
from provider.step import RefusedError
from toolchain.errors import ToolchainError

VERSION = "0.1.0"


class _Servicer(ProviderServicer):
    """The SDK's, except for what a person is told: it would print the exception's class."""

    async def Create(self, request: Any, context: Any) -> Any:  # noqa: N802 - the protocol's name
        return await _told(super().Create(request, context), context)

    async def Update(self, request: Any, context: Any) -> Any:  # noqa: N802 - the protocol's name
        return await _told(super().Update(request, context), context)


async def _told(answer: Awaitable[Any], context: Any) -> Any:
    try:
        return await answer
    except (RefusedError, ToolchainError) as error:
        return await context.abort(grpc.StatusCode.FAILED_PRECONDITION, str(error))


def serve(arguments: Sequence[str]) -> None:
    """Serves until the engine ends it.

    Args:
        arguments: the engine's address, among flags and paths that are ignored.
    """
    parser = argparse.ArgumentParser()
    parser.add_argument("engine")
    known, _ = parser.parse_known_args(list(arguments))

    async def run() -> None:
        server = grpc.aio.server()
        servicer = _Servicer(list(arguments), VERSION, SupplyChain(), engine_address=known.engine)
        provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server)
        port = server.add_insecure_port("127.0.0.1:0")
        await server.start()
        sys.stdout.write(f"{port}\n")
        sys.stdout.flush()
        await server.wait_for_termination()

    try:
        asyncio.run(run())
    except KeyboardInterrupt:
        sys.exit(0)
