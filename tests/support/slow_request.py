"""A request that stays in flight as long as a test wants: its head and half of its body first, the rest when told."""

import http.client
import json
from types import TracebackType
from typing import Any, Self

TIMEOUT = 10.0


def get(host: str, port: int, path: str) -> tuple[int, str]:
    """Status and body of a GET on a connection of its own.

    Raises:
        OSError: when nothing listens.
    """
    connection = http.client.HTTPConnection(host, port, timeout=TIMEOUT)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


class SlowRequest:
    """A POST of JSON that has been begun."""

    def __init__(self, host: str, port: int, path: str, body: dict[str, Any]) -> None:
        content = json.dumps(body).encode()
        self._rest = content[len(content) // 2 :]
        self._connection = http.client.HTTPConnection(host, port, timeout=TIMEOUT)
        self._connection.putrequest("POST", path)
        self._connection.putheader("Content-Type", "application/json")
        self._connection.putheader("Content-Length", str(len(content)))
        self._connection.endheaders(content[: len(content) // 2])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def finish(self) -> tuple[int, Any]:
        """Send the rest; returns the answer's status and JSON."""
        self._connection.send(self._rest)
        answer = self._connection.getresponse()
        return answer.status, json.loads(answer.read())
