"""The life of a plugin process: it announces its port, serves, and ends quietly.

The engine starts a plugin, reads the port from its first line, and ends it with SIGINT (after five seconds: SIGKILL).
An engine killed with SIGKILL sends nothing, so the plugin also watches whether its parent is still the one it was born
with; a script that starts a plugin must therefore `exec` it. (`PR_SET_PDEATHSIG` would tell at once, but it speaks of
the parent's *thread*, and the threads of the engine, a Go program, may end while it lives.)
"""

import logging
import os
import queue
import signal
import sys
from collections.abc import Callable, Sequence
from concurrent import futures
from pathlib import Path
from types import FrameType
from typing import NoReturn

import grpc

_PARENT_CHECK_SECONDS = 0.5
_GRACE_SECONDS = 1.0  # for calls under way when the end comes; the engine waits five before it kills
_THREADS = 64  # calls served at a time; threads are only made when needed
_OPTIONS = [
    # The engine's own limit (400 MB), in place of gRPC's 4 MB: states hold whole manifests.
    ("grpc.max_receive_message_length", 400 * 1024 * 1024),
    ("grpc.max_send_message_length", 400 * 1024 * 1024),
    # One port, one process: without this two servers could share a port.
    ("grpc.so_reuseport", 0),
]


def engine_address(arguments: Sequence[str], plugin: str) -> str:
    """Returns the engine's address from a plugin's command line; its flags (logging, tracing) come before it.

    Args:
        arguments: The command line without the program.
        plugin: The plugin's name, for the usage line that is shown, before exiting, where there is no address.
    """
    if not arguments or arguments[-1].startswith("-"):
        sys.stderr.write(f"usage: {plugin} [flags] ENGINE_ADDRESS (the Pulumi engine starts this)\n")
        sys.exit(0 if "--help" in arguments else 2)
    return arguments[-1]


def make_server(add: Callable[[grpc.Server], None]) -> tuple[grpc.Server, int]:
    """Starts a server on a free port of 127.0.0.1.

    Args:
        add: Adds the services to the server before it starts.

    Returns:
        The running server and its port.
    """
    server = grpc.server(futures.ThreadPoolExecutor(_THREADS, thread_name_prefix="call"), options=_OPTIONS)
    add(server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    return server, port


def serve(add: Callable[[grpc.Server], None], *, on_stop: Callable[[], None]) -> NoReturn:
    """Serves until SIGINT, SIGTERM or the death of the parent, then exits with status 0.

    Args:
        add: Adds the services to the server before it starts.
        on_stop: Cancels what is under way. Runs once, before the server stops.
    """
    parent = os.getppid()
    # A queue, since its `put` may run inside a signal handler at any moment; an event's `set` may not.
    stop: queue.SimpleQueue[None] = queue.SimpleQueue()

    def request_stop(_signal: int, _frame: FrameType | None) -> None:
        stop.put(None)

    signal.signal(signal.SIGINT, request_stop)
    signal.signal(signal.SIGTERM, request_stop)
    server, port = make_server(add)
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    while os.getppid() == parent:
        try:
            stop.get(timeout=_PARENT_CHECK_SECONDS)
        except queue.Empty:
            continue
        break
    on_stop()
    server.stop(_GRACE_SECONDS).wait(_GRACE_SECONDS * 2)
    logging.shutdown()
    # Not sys.exit: that would wait for the threads of calls that did not end in time.
    os._exit(0)


def open_log(plugin: str) -> tuple[logging.Logger, str]:
    """Opens the log of a plugin.

    Args:
        plugin: The plugin's name, such as "random".

    Returns:
        The logger, and words for a message that say where its lines go: the file `logs/plugin-<name>.log` in
        `$SLIPWAY_HOME` (default `~/.cache/slipway`) if that folder exists, else standard error, which the engine shows
        with `--logtostderr -v=9`.
    """
    logger = logging.Logger(plugin)
    folder = Path(os.environ.get("SLIPWAY_HOME") or Path.home() / ".cache" / "slipway") / "logs"
    if os.access(folder, os.W_OK):
        place = str(folder / f"plugin-{plugin}.log")
        handler: logging.Handler = logging.FileHandler(place, delay=True)
    else:
        place = "the plugin's standard error"
        handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(process)d %(levelname)s %(message)s"))
    logger.addHandler(handler)
    return logger, place
