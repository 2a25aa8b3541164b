"""Calls of a Docker engine's API, for what the Docker provider has no field for.

https://docs.docker.com/reference/api/engine/
"""

import http.client
import json
import os
import socket
import subprocess
from typing import Any
from urllib.parse import urlsplit

DEFAULT_HOST = "unix:///var/run/docker.sock"
DEFAULT_PORT = 2375
TIMEOUT_S = 30.0


class AbsentError(RuntimeError):
    """There is no such object."""


class _Connection(http.client.HTTPConnection):
    """HTTP over a socket in the file system, over TCP, or over SSH as the docker client does."""

    def __init__(self, address: str, timeout_s: float) -> None:
        super().__init__("localhost", timeout=timeout_s)
        self._address = address
        self._ssh: subprocess.Popen[bytes] | None = None

    def connect(self) -> None:
        parts = urlsplit(self._address)
        if parts.scheme == "ssh":
            here, there = socket.socketpair()
            # What the docker client itself runs on such a host.
            command = ["ssh", "-o", "ConnectTimeout=30", "-T", *_port(parts.port), "--", _user_and_host(parts.netloc)]
            self._ssh = subprocess.Popen(
                [*command, "docker", "system", "dial-stdio"], stdin=there.fileno(), stdout=there.fileno()
            )
            there.close()
            self.sock = here
        elif parts.scheme == "tcp":
            self.sock = socket.create_connection(
                (parts.hostname or "localhost", parts.port or DEFAULT_PORT), self.timeout
            )
        else:
            self.sock = socket.socket(socket.AF_UNIX)
            self.sock.settimeout(self.timeout)
            self.sock.connect(parts.path)

    def end(self) -> None:
        """Close it, and end what spoke for it: not before all is read, as closing does."""
        self.close()
        if self._ssh is not None:
            self._ssh.kill()
            self._ssh.wait()


def _port(port: int | None) -> list[str]:
    return ["-p", str(port)] if port else []


def _user_and_host(netloc: str) -> str:
    return netloc.rsplit(":", 1)[0] if netloc.rsplit(":", 1)[-1].isdigit() else netloc


def call(
    host: str, method: str, path: str, body: dict[str, Any] | bytes | None = None, timeout_s: float = TIMEOUT_S
) -> dict[str, Any]:
    """Asks an engine.

    Args:
        host: its address; empty for the one that the environment names.
        method: HTTP's.
        path: what is asked.
        body: what is sent: an archive, or an object.
        timeout_s: how long an answer may take, in seconds.

    Returns:
        The answer; empty if there is none to read.

    Raises:
        AbsentError: there is no such object.
        RuntimeError: the engine refuses, in its own words.
    """
    address = host or os.environ.get("DOCKER_HOST") or DEFAULT_HOST
    connection = _Connection(address, timeout_s)
    kind = "application/x-tar" if isinstance(body, bytes) else "application/json"
    try:
        sent = json.dumps(body) if isinstance(body, dict) else body
        connection.request(method, path, sent, {"Content-Type": kind})
        answer = connection.getresponse()
        said = answer.read().decode()
    finally:
        connection.end()
    if answer.status >= http.HTTPStatus.BAD_REQUEST:
        absent = answer.status == http.HTTPStatus.NOT_FOUND
        raise (AbsentError if absent else RuntimeError)(f"the Docker engine at {address} refuses: {said.strip()}")
    return json.loads(said) if said else {}
