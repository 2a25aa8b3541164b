"""The process that starts the others, looks after them, and is scraped for all of them."""

import logging
import math
import os
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.config import Config
from gunicorn.errors import HaltServer
from gunicorn.glogging import Logger
from http_service.lifecycle import Lifecycle
from http_service.metrics import Metrics
from http_service.process import (
    BAD_SETTINGS,
    CANNOT_SERVE,
    KEEP_ALIVE,
    Service,
    answering_seconds,
    bound_to,
    configured,
)
from http_service.settings import Settings
from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.multiprocess import (
    MultiProcessCollector,
    mark_process_dead,  # pyright: ignore[reportUnknownVariableType] - its argument has no type
)

from http_workers.settings import WorkerSettings

MARGIN_S = 2
"""Seconds that a process which answers nothing any more has to end, before it is killed."""

_log = logging.getLogger("http_workers")

Build = Callable[[Settings, Lifecycle, Metrics], Service]


@dataclass(frozen=True)
class Begun:
    """What one of the processes serves, made in it.

    Attributes:
        service: what is served.
        lifecycle: whether this process should get traffic.
        settings: how.
        scraped: where the metrics of all are.
    """

    service: Service
    lifecycle: Lifecycle
    settings: WorkerSettings
    scraped: str


class Application(BaseApplication):
    """What gunicorn runs."""

    def __init__(self, build: Build, settings: WorkerSettings, scraped: str) -> None:
        self._build, self._settings, self._scraped = build, settings, scraped
        super().__init__()

    def load_config(self) -> None:
        """The settings, as gunicorn calls them."""
        settings = self._settings
        wanted: dict[str, Any] = {
            "bind": str(settings.listen),
            "workers": settings.processes,
            "worker_class": "http_workers.worker.HttpWorker",
            "logger_class": Quiet,
            "keepalive": KEEP_ALIVE,
            "graceful_timeout": math.ceil(settings.drain_delay_seconds) + answering_seconds(settings) + MARGIN_S,
            # A socket for its administrator: nobody administers a container from inside.
            "control_socket_disable": True,
            "child_exit": _forget,
        }
        config: Config = self.cfg
        for name, value in wanted.items():
            config.set(name, value)

    def load(self) -> Any:
        """What a process serves, made in it; no application of gunicorn's kinds, since the worker is no other's."""
        metrics = Metrics()
        lifecycle = Told(metrics)
        return Begun(self._build(self._settings, lifecycle, metrics), lifecycle, self._settings, self._scraped)


class Told(Lifecycle):
    """A phase that is written where another process reads it."""

    def __init__(self, metrics: Metrics) -> None:
        super().__init__()
        self._metrics = metrics

    def started(self) -> None:
        """The service can answer."""
        super().started()
        self._metrics.ready.set(float(self.ready))

    def drain(self) -> None:
        """No further traffic is wanted."""
        super().drain()
        self._metrics.ready.set(float(self.ready))


class Quiet(Logger):
    """Gunicorn's log, in the form of the others, and without what they say, too."""

    def setup(self, cfg: Config) -> None:
        """Leave writing to the root's handler."""
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.propagate = True
        self.error_log.setLevel(logging.WARNING)


def _forget(_: object, worker: Any) -> None:
    """What a process that is gone was doing is done no more; what it has counted stays."""
    mark_process_dead(worker.pid)


def run(build: Build, folder: Path, environ: Mapping[str, str]) -> int:
    """Serve until SIGTERM or SIGINT; returns the exit code, as `http_service.process.run` does.

    Args:
        build: makes the service, once in each process.
        folder: where the processes write their metrics.
        environ: what the settings are read from.
    """
    settings = configured(WorkerSettings, environ)
    if settings is None:
        return BAD_SETTINGS
    registry, address = CollectorRegistry(), settings.metrics_listen
    MultiProcessCollector(registry, str(folder))
    try:
        scraped, _ = start_http_server(address.port, address.host, registry)
    except OSError as error:
        reason = error.strerror if isinstance(error, socket.gaierror) else os.strerror(error.errno or 0)
        _log.error("APP_METRICS_LISTEN: can't listen on %s: %s", address, reason)
        return CANNOT_SERVE
    first = os.getpid()
    try:
        Application(build, settings, str(bound_to(scraped.socket))).run()
    except HaltServer:  # another of its processes could not be had ready while it ended them
        return CANNOT_SERVE
    except SystemExit as end:
        # Its other processes end here, too, and it goes by their codes.
        if os.getpid() != first:
            raise
        return CANNOT_SERVE if end.code else 0
    return 0
