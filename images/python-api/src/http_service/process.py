"""The process: sockets, signals, and the order of starting and stopping."""

import asyncio
import contextlib
import logging
import os
import signal
import socket
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import uvicorn
from prometheus_client import disable_created_metrics, start_http_server
from starlette.types import ASGIApp

from http_service.address import Address
from http_service.lifecycle import Lifecycle
from http_service.logs import configure
from http_service.metrics import Metrics
from http_service.settings import Settings, SettingsError, load

KEEP_ALIVE = 75
"""Seconds that an idle connection is kept: longer than proxies keep theirs (NGINX 60), so that they close first."""

BAD_SETTINGS = 2
CANNOT_SERVE = 1

_log = logging.getLogger("http_service")

S = TypeVar("S", bound=Settings)


class CannotServeError(Exception):
    """Why a service cannot be had ready, and how to mend it."""


def _nothing() -> None:
    pass


@dataclass(frozen=True)
class Service:
    """What a process serves.

    Attributes:
        app: answers requests; probes from the first moment on.
        prepare: what must be done before the service is ready. Runs in a thread, while probes are answered; raises
            `CannotServeError`.
        close: what is done when the last request was answered.
    """

    app: ASGIApp
    prepare: Callable[[], None] = _nothing
    close: Callable[[], None] = _nothing


class _Server(uvicorn.Server):
    """Uvicorn's server, told by this module when to stop: its own signal handling would end the process by signal."""

    def __init__(self, config: uvicorn.Config, on_started: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_started = on_started

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._on_started()


def run(
    kind: type[S], build: Callable[[S, Lifecycle, Metrics], Service], environ: Mapping[str, str] = os.environ
) -> int:
    """Serve until SIGTERM or SIGINT; returns the exit code.

    0 after a stop, 1 when an address can't be used or the service can't be had ready, 2 when the settings are wrong.

    Args:
        kind: the service's settings.
        build: makes the service.
        environ: what the settings are read from.
    """
    settings = configured(kind, environ)
    if settings is None:
        return BAD_SETTINGS
    lifecycle, metrics = Lifecycle(), Metrics()
    service = build(settings, lifecycle, metrics)
    variable, address = "APP_LISTEN", settings.listen
    try:
        listener = _listen(address)
        variable, address = "APP_METRICS_LISTEN", settings.metrics_listen
        # In threads of its own, so that metrics are answered whatever the API does, until the process ends.
        scraped, _ = start_http_server(address.port, address.host, metrics.registry)
    except OSError as error:
        # A plain reason: some of these errors repeat the address in their text.
        reason = error.strerror if isinstance(error, socket.gaierror) else os.strerror(error.errno or 0)
        _log.error("%s: can't listen on %s: %s", variable, address, reason)
        return CANNOT_SERVE
    bound = {"listen": str(bound_to(listener)), "metrics": str(bound_to(scraped.socket))}
    return asyncio.run(serve(service, server_config(service, settings), [listener], lifecycle, settings, bound))


def configured(kind: type[S], environ: Mapping[str, str]) -> S | None:
    """The settings, with logs and metrics as they want them; None, told in the log, when they are wrong."""
    configure("info")
    try:
        settings = load(kind, environ)
    except SettingsError as error:
        for line in str(error).splitlines():
            _log.error(line)
        return None
    configure(settings.log_level, [settings.api_key.get_secret_value()] if settings.api_key else [])
    # Its reports of each start and stop repeat those below.
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)
    disable_created_metrics()  # a series of time stamps beside each series, which nobody here reads
    return settings


def _listen(address: Address) -> socket.socket:
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    return socket.create_server((address.host, address.port), family=family, backlog=2048)


def bound_to(bound: socket.socket) -> Address:
    """Where a socket listens, with the port that the system chose."""
    host, port = bound.getsockname()[:2]
    return Address(host, port)


def server_config(service: Service, settings: Settings, **more: Any) -> uvicorn.Config:
    """How uvicorn serves; `more` are further settings of its own."""
    return uvicorn.Config(
        service.app,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=answering_seconds(settings),
        **more,
    )


def answering_seconds(settings: Settings) -> int:
    """How long requests in flight may take after a stop: at least a second, since none would mean for ever."""
    return max(1, round(settings.drain_seconds))


async def serve(
    service: Service,
    config: uvicorn.Config,
    listeners: list[socket.socket],
    lifecycle: Lifecycle,
    settings: Settings,
    bound: Mapping[str, str],
) -> int:
    """Serve in this process until SIGTERM or SIGINT; returns the exit code.

    Args:
        service: what is served.
        config: how.
        listeners: where; they are closed at the end.
        lifecycle: told when the service is ready and when it drains.
        settings: how long it drains.
        bound: what to say of the addresses in the log.
    """
    listening, stop, hurry = asyncio.Event(), asyncio.Event(), asyncio.Event()
    server = _Server(config, listening.set)

    async def prepare() -> int:
        await listening.wait()
        try:
            await asyncio.to_thread(service.prepare)
        except CannotServeError as error:
            _log.error(str(error))
        except Exception:
            _log.exception("not ready")
        else:
            lifecycle.started()
            if lifecycle.ready:
                _log.info("ready", extra={"fields": bound})
            return 0
        hurry.set()
        stop.set()
        return CANNOT_SERVE

    def on_signal() -> None:
        # A second signal is from someone who does not want to wait.
        if stop.is_set():
            hurry.set()
            server.force_exit = True
        stop.set()

    loop = asyncio.get_running_loop()
    for each in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(each, on_signal)

    serving = asyncio.create_task(server.serve(sockets=listeners))
    preparing = asyncio.create_task(prepare())
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)

    # Not ready, but still serving: requests keep coming until whoever sends them has asked again.
    lifecycle.drain()
    _log.info("draining", extra={"fields": {"delay_seconds": settings.drain_delay_seconds}})
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(hurry.wait(), settings.drain_delay_seconds)
    server.should_exit = True
    await serving
    code = await preparing
    service.close()
    _log.info("stopped")
    return code
