"""A provider plugin that passes every call on to the real one, and can kill the engine, or itself, around a chosen one.

The tests install this in place of a plugin: `fault_proxy.py REAL_PLUGIN ARGS…`. It works for any provider in any
language, because it forwards the protocol's messages as bytes. Its orders come from the environment:

`FAULT_LEDGER`  a file; one line is appended per call: the plugin, the method, what it is about (the end of a URN, or
                `-`), and its turn: the first such call is 1. All plugins share it.
`FAULT_CALL`    the line of the call around which something is killed (unset or empty: never).
`FAULT_MOMENT`  `before` (the provider never sees the call) or `after` (the provider has done it, nobody is told).
`FAULT_VICTIM`  `engine`, `provider`, or `daemon`: the process `FAULT_DAEMON`, with which the provider does its work.
"""

from __future__ import annotations

import fcntl
import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent import futures
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, cast

import grpc
from google.protobuf.empty_pb2 import Empty
from google.protobuf.unknown_fields import UnknownFieldSet


@dataclass(frozen=True)
class Orders:
    """Around which call to kill whom."""

    call: str
    moment: str
    victim: str

    @classmethod
    def from_environment(cls) -> Orders:
        return cls(*(os.environ.get(f"FAULT_{name}", "") for name in ("CALL", "MOMENT", "VICTIM")))


class Ledger:
    """Tells the calls of all plugins of one engine run apart, in whatever order they come."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()

    def enter(self, plugin: str, method: str, subject: str) -> str:
        """Append the call and return its line."""
        what = f"{plugin}\t{method}\t{subject}\t"
        with self._lock, self._path.open("a+", encoding="utf-8") as ledger:
            fcntl.flock(ledger, fcntl.LOCK_EX)
            ledger.seek(0)
            line = f"{what}{1 + sum(before.startswith(what) for before in ledger)}"
            ledger.write(f"{line}\n")
        return line


def subject_of(request: bytes) -> str:
    """What a call is about, by any request's first field that is a URN: type and name of the resource."""
    for field in UnknownFieldSet(Empty.FromString(request)):
        if isinstance(field.data, bytes) and field.data.startswith(b"urn:pulumi:"):
            return "::".join(field.data.decode().split("::")[2:]).rpartition("$")[2]
    return "-"


class Proxy(grpc.GenericRpcHandler):
    """Answers every method by asking the real plugin."""

    def __init__(
        self, channel: grpc.Channel, plugin: str, ledger: Ledger, orders: Orders, kill: Callable[[], None]
    ) -> None:
        self._channel = channel
        self._plugin = plugin
        self._ledger = ledger
        self._orders = orders
        self._kill = kill

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler[bytes, bytes]:
        method = handler_call_details.method
        ask = cast(Callable[..., bytes], self._channel.unary_unary(method))

        def answer(request: bytes, context: grpc.ServicerContext) -> bytes:
            line = self._ledger.enter(self._plugin, method.rsplit("/", 1)[-1], subject_of(request))
            fatal = line == self._orders.call
            if fatal and self._orders.moment == "before":
                self._kill()
            try:
                return ask(request, metadata=context.invocation_metadata())
            except grpc.RpcError as error:
                pass_on(error, context)
                raise
            finally:
                # Also after an error: a provider may have done something before it failed.
                if fatal:
                    self._kill()

        return grpc.unary_unary_rpc_method_handler(answer)


def pass_on(error: Any, context: grpc.ServicerContext) -> None:
    """Give the caller the status, message and details that the real plugin gave."""
    context.set_trailing_metadata(tuple(error.trailing_metadata() or ()))
    context.set_code(error.code())
    context.set_details(error.details() or "")


def kill_engine() -> None:
    """Kill the engine as a power cut would, then wait for the end that follows."""
    os.kill(os.getppid(), signal.SIGKILL)
    threading.Event().wait()


def kill_provider(real: subprocess.Popen[str]) -> None:
    """Kill the real plugin and this one, which are one to the engine, as the system does for want of memory."""
    real.kill()
    os.kill(os.getpid(), signal.SIGKILL)


def kill_daemon() -> None:
    """Kill what the provider speaks to; provider and engine live on."""
    os.kill(int(os.environ["FAULT_DAEMON"]), signal.SIGKILL)


def main() -> None:
    """Start the real plugin, serve in its place, and leave when the engine does."""
    real, *arguments = sys.argv[1:]
    plugin = Path(real).name.removeprefix("pulumi-resource-")
    child = subprocess.Popen([real, *arguments], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    port = child.stdout.readline().strip()
    unlimited = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]
    channel = grpc.insecure_channel(f"127.0.0.1:{port}", options=unlimited)
    ledger = Ledger(Path(os.environ["FAULT_LEDGER"]))
    orders = Orders.from_environment()
    kills = {"engine": kill_engine, "provider": partial(kill_provider, child), "daemon": kill_daemon}
    kill = kills.get(orders.victim, kill_engine)
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=32), options=unlimited)
    server.add_generic_rpc_handlers((Proxy(channel, plugin, ledger, orders, kill),))
    own_port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(own_port, flush=True)

    def leave(*_: object) -> None:
        child.terminate()
        os._exit(0)

    signal.signal(signal.SIGTERM, leave)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the engine cancels its plugins itself
    engine = os.getppid()
    watch_parent(engine, leave)
    child.wait()


def watch_parent(engine: int, leave: Callable[[], None]) -> None:
    """Leave as soon as the engine is gone, however it went."""

    def watch() -> None:
        descriptor = os.pidfd_open(engine)
        select.select([descriptor], [], [])
        leave()

    threading.Thread(target=watch, daemon=True).start()


if __name__ == "__main__":
    main()
