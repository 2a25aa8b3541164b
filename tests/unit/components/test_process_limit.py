"""The limit of processes reaches whichever engine it is for."""

from __future__ import annotations

import http.server
import json
import socketserver
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from components import process_limit

BRIDGE = """#!/usr/bin/env python3
import os, socket, threading
there = socket.socket(socket.AF_UNIX)
there.connect(%r)
def send():
    while (data := os.read(0, 4096)):
        there.sendall(data)
    there.shutdown(socket.SHUT_WR)
threading.Thread(target=send, daemon=True).start()
while (data := there.recv(4096)):
    os.write(1, data)
"""


class _Server(socketserver.ThreadingUnixStreamServer):
    asked: list[tuple[str, object]]


class _Handler(http.server.BaseHTTPRequestHandler):
    server: _Server  # pyright: ignore[reportIncompatibleVariableOverride]  # what serves here

    def address_string(self) -> str:
        return "a socket has no address"

    def do_GET(self) -> None:
        self._answer(200, {"HostConfig": {"PidsLimit": 64}})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append((self.path, body))
        if "missing" in self.path:
            self._answer(404, {"message": "No such container"})
        else:
            self._answer(200, {"Warnings": None})

    def _answer(self, code: int, value: object) -> None:
        text = json.dumps(value).encode()
        self.send_response(code)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the library's name
        pass


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[_Server]:
    """Something that answers as an engine would, at a socket."""
    with _Server(str(tmp_path / "docker.sock"), _Handler) as server:
        server.asked = []
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def address(server: _Server) -> str:
    return f"unix://{server.server_address!s}"


def test_a_limit_is_set_on_the_container(engine: _Server):
    process_limit.set_limit(address(engine), "1a", 64)

    assert engine.asked == [("/containers/1a/update", {"PidsLimit": 64})]


def test_the_engine_that_the_environment_names_is_meant_unless_another_is(
    engine: _Server, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("DOCKER_HOST", address(engine))

    process_limit.set_limit("", "1a", 64)

    assert engine.asked


def test_what_is_set_can_be_read(engine: _Server):
    assert process_limit.limit(address(engine), "1a") == 64


def test_a_refusal_is_told_in_the_engines_words(engine: _Server):
    with pytest.raises(RuntimeError, match="No such container"):
        process_limit.set_limit(address(engine), "missing", 64)


def test_a_host_behind_ssh_is_reached_as_dockers_own_client_does(
    engine: _Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    program = tmp_path / "ssh"
    program.write_text(BRIDGE % str(engine.server_address))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    process_limit.set_limit("ssh://deploy@host:2222", "1a", 64)

    assert engine.asked == [("/containers/1a/update", {"PidsLimit": 64})]
