from __future__ import annotations

import threading

import grpc

from toolchain.plugins.base_engine import EngineLog
from toolchain.plugins.base_process import make_server
from toolchain.plugins.base_protocol import engine_pb2
from toolchain.plugins.base_rpc import add_service

URN = "urn:pulumi:dev::project::a:b:C::d"


class Engine:
    """Hears what plugins log."""

    def __init__(self) -> None:
        self.heard: list[engine_pb2.LogRequest] = []
        self.arrived = threading.Semaphore(0)

    def add_to(self, server: grpc.Server) -> None:
        def log(request: engine_pb2.LogRequest, _context: grpc.ServicerContext) -> bytes:
            self.heard.append(request)
            self.arrived.release()
            return b""

        handler = grpc.unary_unary_rpc_method_handler(
            log, request_deserializer=engine_pb2.LogRequest.FromString, response_serializer=bytes
        )
        add_service(server, "pulumirpc.Engine", {"Log": handler})


def test_messages_reach_the_engine_with_their_kind() -> None:
    # given an engine
    engine = Engine()
    server, port = make_server(engine.add_to)
    log = EngineLog(f"127.0.0.1:{port}")

    # when a plugin says something of each kind
    log.warning(URN, "careful")
    log.info(URN, "so you know")
    log.status(URN, "1 of 2")
    for _ in range(3):
        assert engine.arrived.acquire(timeout=60)
    server.stop(None).wait()

    # then the engine has heard it
    assert [(each.severity, each.urn, each.message, each.ephemeral) for each in engine.heard] == [
        (engine_pb2.WARNING, URN, "careful", False),
        (engine_pb2.INFO, URN, "so you know", False),
        (engine_pb2.INFO, URN, "1 of 2", True),
    ]


def test_no_status_is_lost_though_nobody_waits_for_it() -> None:
    # given
    engine = Engine()
    server, port = make_server(engine.add_to)
    log = EngineLog(f"127.0.0.1:{port}")

    # when
    for number in range(50):
        log.status(URN, str(number))

    # then
    for _ in range(50):
        assert engine.arrived.acquire(timeout=60)
    server.stop(None).wait()


def test_an_engine_that_is_gone_is_no_error() -> None:
    server, port = make_server(Engine().add_to)
    server.stop(None).wait()

    EngineLog(f"127.0.0.1:{port}").warning(URN, "nobody hears this")


def test_without_an_engine_nothing_is_sent() -> None:
    EngineLog().warning(URN, "nobody hears this")
