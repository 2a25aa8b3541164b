"""A provider plugin that passes every call on to the real one, and can kill the engine around a chosen call.

The tests install this in place of a plugin: `fault_proxy.py REAL_PLUGIN ARGS…`. It works for any provider in any
language, because it forwards the protocol's messages as bytes. Its orders come from the environment:

`FAULT_LEDGER`  a file; one line is appended per call: its number, the plugin, the method. All plugins share it.
`FAULT_CALL`    the number of the call around which the engine is killed (0 or unset: never).
`FAULT_MOMENT`  `before` (the provider never sees the call) or `after` (the provider has done it, nobody is told).
"""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent import futures
from pathlib import Path
from typing import Any, cast

import grpc


class Ledger:
    """Numbers the calls of all plugins of one engine run, from 1."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()

    def enter(self, plugin: str, method: str) -> int:
        """Append the call and return its number."""
        with self._lock, self._path.open("a+", encoding="utf-8") as ledger:
            fcntl.flock(ledger, fcntl.LOCK_EX)
            ledger.seek(0)
            number = sum(1 for _ in ledger) + 1
            ledger.write(f"{number} {plugin} {method}\n")
        return number


class Proxy(grpc.GenericRpcHandler):
    """Answers every method by asking the real plugin."""

    def __init__(self, channel: grpc.Channel, plugin: str, ledger: Ledger, fatal_call: int, moment: str) -> None:
        self._channel = channel
        self._plugin = plugin
        self._ledger = ledger
        self._fatal_call = fatal_call
        self._moment = moment

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler[bytes, bytes]:
        method = handler_call_details.method
        ask = cast(Callable[..., bytes], self._channel.unary_unary(method))

        def answer(request: bytes, context: grpc.ServicerContext) -> bytes:
            number = self._ledger.enter(self._plugin, method.rsplit("/", 1)[-1])
            fatal = number == self._fatal_call
            if fatal and self._moment == "before":
                kill_engine()
            try:
                return ask(request, metadata=context.invocation_metadata())
            except grpc.RpcError as error:
                pass_on(error, context)
                raise
            finally:
                # Also after an error: a provider may have done something before it failed.
                if fatal:
                    kill_engine()

        return grpc.unary_unary_rpc_method_handler(answer)


def pass_on(error: Any, context: grpc.ServicerContext) -> None:
    """Give the caller the status, message and details that the real plugin gave."""
    context.set_trailing_metadata(tuple(error.trailing_metadata() or ()))
    context.set_code(error.code())
    context.set_details(error.details() or "")


def kill_engine() -> None:
    """Kill the engine as a power cut would, then wait for the end that follows."""
    os.kill(os.getppid(), signal.SIGKILL)
    signal.pause() if threading.current_thread() is threading.main_thread() else threading.Event().wait()


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
    fatal_call = int(os.environ.get("FAULT_CALL", "0"))
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=32), options=unlimited)
    server.add_generic_rpc_handlers((Proxy(channel, plugin, ledger, fatal_call, os.environ.get("FAULT_MOMENT", "")),))
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
        import select

        select.select([descriptor], [], [])
        leave()

    threading.Thread(target=watch, daemon=True).start()


if __name__ == "__main__":
    main()
