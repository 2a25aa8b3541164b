"""Something that answers as a Docker engine would, at a socket."""

from __future__ import annotations

import http.server
import json
import socketserver
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

HEALTHY_AFTER = 2
"""Looks at a container until it is healthy."""


class Server(socketserver.ThreadingUnixStreamServer):
    """The engine.

    Attributes:
        asked: What was asked of it: path and body.
        looks: How often its container was looked at.
    """

    def __init__(self, file: Path) -> None:
        super().__init__(str(file), _Handler)
        self.asked: list[tuple[str, bytes]] = []
        self.looks = 0

    @property
    def address(self) -> str:
        """As `DOCKER_HOST` has it."""
        return f"unix://{self.server_address!s}"


class _Handler(http.server.BaseHTTPRequestHandler):
    server: Server  # pyright: ignore[reportIncompatibleVariableOverride]  # what serves here

    def address_string(self) -> str:
        return "a socket has no address"

    def do_GET(self) -> None:
        self.server.looks += 1
        health = "healthy" if self.server.looks > HEALTHY_AFTER else "starting"
        state = {"Status": "running", "Health": {"Status": health}}
        self._answer({"HostConfig": {"PidsLimit": 64}, "State": state})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.asked.append((self.path, body))
        self._answer({"Warnings": None})

    do_PUT = do_POST  # noqa: N815  # the library's name

    def _answer(self, value: object) -> None:
        absent = "missing" in self.path
        text = json.dumps({"message": "No such container"} if absent else value).encode()
        self.send_response(404 if absent else 200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the library's name
        pass


@contextmanager
def serving(folder: Path) -> Generator[Server]:
    """An engine that answers, until the block ends."""
    with Server(folder / "docker.sock") as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()
