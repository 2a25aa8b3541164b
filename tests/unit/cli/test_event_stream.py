"""Events arrive over a private socket, and debugging messages, which hold secrets in clear, are dropped at once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf.empty_pb2 import Empty
from google.protobuf.wrappers_pb2 import StringValue

from cli.event_stream import LONGEST_SOCKET_PATH, METHOD, event_stream


def send(address: str, events: Sequence[dict[str, Any]]) -> None:
    """Send as the engine does, which takes what follows `tcp://` for a gRPC target."""
    with grpc.insecure_channel(address.removeprefix("tcp://")) as channel:
        call = channel.stream_unary(METHOD, StringValue.SerializeToString, Empty.FromString)
        call(iter([StringValue(value=json.dumps(event)) for event in events]))


def test_events_arrive_in_order(tmp_path: Path) -> None:
    events = [{"sequence": number} for number in range(100)]
    with event_stream(tmp_path) as stream:
        send(stream.address, events)
    assert stream.events == events


def test_debugging_messages_are_dropped(tmp_path: Path) -> None:
    debug = {"diagnosticEvent": {"severity": "debug", "message": "canary"}}
    warning = {"diagnosticEvent": {"severity": "warning", "message": "careful"}}
    with event_stream(tmp_path) as stream:
        send(stream.address, [debug, warning])
    assert stream.events == [warning]


def test_the_socket_is_private_and_gone_afterwards(tmp_path_factory: pytest.TempPathFactory) -> None:
    around = tmp_path_factory.mktemp("s")  # short: a folder named for this test is too long for a socket below it
    with event_stream(around) as stream:
        (folder,) = around.iterdir()
        assert folder.stat().st_mode & 0o077 == 0
        assert stream.address.startswith(f"tcp://unix:{folder}")
    assert list(around.iterdir()) == []


def test_a_path_too_long_for_a_socket_gets_a_port_of_this_machine(tmp_path: Path) -> None:
    with event_stream(tmp_path / ("x" * LONGEST_SOCKET_PATH)) as stream:
        assert stream.address.startswith("tcp://127.0.0.1:")
        send(stream.address, [{"sequence": 1}])
    assert stream.events == [{"sequence": 1}]


def test_nobody_waits_for_an_engine_that_never_came(tmp_path: Path) -> None:
    with event_stream(tmp_path) as stream:
        pass
    assert stream.events == []


def test_an_unknown_method_is_refused(tmp_path: Path) -> None:
    with event_stream(tmp_path) as stream, grpc.insecure_channel(stream.address.removeprefix("tcp://")) as channel:
        call = channel.unary_unary("/pulumirpc.Events/Other", Empty.SerializeToString, Empty.FromString)
        with pytest.raises(grpc.RpcError):
            call(Empty())
