"""A service's process: a real one, on ports that the system chooses."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, Self, cast

from http_service.address import Address

from tests.support.slow_request import get

IMAGES = Path(__file__).parents[3] / "images"
HTTP_SERVICE = IMAGES / "python-api" / "src"


class Process:
    """A running service; the test reads its log line by line.

    Args:
        module: what runs, with its arguments.
        source: its folder, beside that of `http_service`.
        settings: its environment, on top of what every test wants.
    """

    def __init__(self, module: str, source: Path, **settings: str) -> None:
        environment = {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": os.pathsep.join((str(source), str(HTTP_SERVICE))),
            "APP_LISTEN": "127.0.0.1:0",
            "APP_METRICS_LISTEN": "127.0.0.1:0",
            "APP_DRAIN_DELAY_SECONDS": "0",
            **settings,
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", *module.split()], env=environment, stdout=subprocess.PIPE, text=True
        )

    def line(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        return cast("dict[str, Any]", json.loads(self.process.stdout.readline()))

    def line_saying(self, message: str) -> dict[str, Any]:
        """The next line with this message, after whatever else the service says."""
        while (line := self.line())["message"] != message:
            assert line["level"] != "error", line
        return line

    def started(self) -> Self:
        line = self.line_saying("ready")
        self.api, self.metrics = Address.parse(line["listen"]), Address.parse(line["metrics"])
        return self

    def get(self, path: str) -> int:
        return get(self.api.host, self.api.port, path)[0]

    def told(self) -> str:
        """What the service tells Prometheus."""
        return get(self.metrics.host, self.metrics.port, "/metrics")[1]

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)

    def ended(self) -> int:
        return self.process.wait(timeout=20)
