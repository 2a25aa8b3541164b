"""Whether a Docker engine answers, and in which version."""

import http.client
import json
import socket
from pathlib import Path
from typing import cast

TIMEOUT_S = 5.0


class _Connection(http.client.HTTPConnection):
    """HTTP over a socket in the file system."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=TIMEOUT_S)
        self._path = path

    def connect(self) -> None:
        """Connect to the file."""
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(TIMEOUT_S)
        self.sock.connect(str(self._path))


def version(path: Path) -> str | None:
    """The version of the engine that answers at a socket, None if none does."""
    connection = _Connection(path)
    try:
        connection.request("GET", "/version")
        answer = connection.getresponse()
        content = cast("dict[str, object]", json.loads(answer.read())) if answer.status == http.HTTPStatus.OK else {}
    except (OSError, ValueError, http.client.HTTPException):
        return None
    finally:
        connection.close()
    found = content.get("Version")
    return found if isinstance(found, str) else None


def answers(path: Path) -> bool:
    """Whether an engine answers at a socket."""
    return version(path) is not None
