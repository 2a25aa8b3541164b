"""HTTP calls to an API server: connections that are kept, retries, and errors in words.

The standard library's `http.client` does all that is needed: an HTTP package would cost each plugin process 50 to
150 ms of imports, and the `kubernetes` package more than a second.
"""

import contextlib
import http.client
import json
import threading
import time
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import cast

from toolchain.plugins.base_values import Properties, Value
from toolchain.plugins.kubernetes.live.access import Access
from toolchain.plugins.kubernetes.live.errors import ApiError, CancelledError, UnreachableError

CONNECT_S = 5.0
"""How long the server may take to accept a connection before it counts as unreachable."""

ANSWER_S = 60.0
"""How long it may take to answer; the API server's own limit."""

RECOVER_S = 20.0
"""How long a server that has answered before may be away: API servers restart."""

_TRIES = 6
_MOST_PAUSE_S = 5.0
_WARNING_PREFIX = 299  # the code of the one kind of warning header that API servers send


@dataclass(frozen=True, slots=True)
class Answer:
    """What the server sent.

    Attributes:
        body: The object, or the text of what is no JSON.
        created: Whether the call created the object.
        warnings: What it warned of, without codes.
    """

    body: Properties | str
    created: bool = False
    warnings: tuple[str, ...] = ()


class _SecureConnection(http.client.HTTPSConnection):
    """A connection that checks the certificate for another name than the address."""

    def __init__(self, access: Access, host: str, port: int) -> None:
        self._tls = access.context()
        self._name = access.server_name
        super().__init__(host, port, timeout=CONNECT_S, context=self._tls)

    def connect(self) -> None:
        http.client.HTTPConnection.connect(self)
        self.sock = self._tls.wrap_socket(self.sock, server_hostname=self._name)


class Client:
    """Calls one API server, from many threads.

    Args:
        access: The way to it.
        stop: Set when the user presses Ctrl-C; ends pauses between retries.
    """

    def __init__(self, access: Access, stop: threading.Event) -> None:
        self.access = access
        self.stop = stop
        self._lock = threading.Lock()
        self._idle: list[http.client.HTTPConnection] = []
        self._answered = False

    def call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Properties | list[Value] | None = None,
        content_type: str = "application/json",
    ) -> Answer:
        """Calls the server; every call made here may be repeated, and is, if the server is busy or away for a moment.

        Args:
            method: The HTTP method.
            path: Such as "/api/v1/namespaces".
            query: Parameters of the URL.
            body: An object, or a list of patches, to send.
            content_type: Of what is sent.

        Raises:
            ApiError: The server refused.
            UnreachableError: Nobody answers.
            CancelledError: Stopped while waiting for another try.
        """
        target = self.access.prefix + path + (f"?{urllib.parse.urlencode(query)}" if query else "")
        content = None if body is None else json.dumps(body).encode()
        began = time.monotonic()
        failures = 0
        while True:
            try:
                return self._once(method, target, content, content_type)
            except ApiError as error:
                failures += 1
                renewed = error.status == HTTPStatus.UNAUTHORIZED and failures == 1 and self.access.renew()
                if not renewed and (not _is_passing(error) or failures >= _TRIES):
                    raise
            except UnreachableError:
                failures += 1
                if not self._answered or time.monotonic() - began > RECOVER_S:
                    raise
            if self.stop.wait(min(_MOST_PAUSE_S, 0.1 * 2**failures)):
                raise CancelledError("cancelled")

    def _once(self, method: str, target: str, content: bytes | None, content_type: str) -> Answer:
        headers = {"Accept": "application/json", "User-Agent": "slipway-pulumi-kubernetes", **self.access.headers()}
        if content is not None:
            headers["Content-Type"] = content_type
        while True:
            connection, fresh = self._connection()
            try:
                connection.request(method, target, content, headers)
                response = connection.getresponse()
                data = response.read()
                break
            except (OSError, http.client.HTTPException) as error:
                connection.close()
                # A connection that was kept may have been closed by the server meanwhile; the next one tells.
                if fresh:
                    raise self._unreachable(error) from None
        self._answered = True
        if response.will_close:
            connection.close()
        else:
            with self._lock:
                self._idle.append(connection)
        body = _parse(data, response.headers.get_content_type())
        if response.status >= HTTPStatus.BAD_REQUEST:
            raise ApiError(response.status, body)
        warnings = tuple(map(_warning, response.headers.get_all("Warning") or ()))
        return Answer(body, response.status == HTTPStatus.CREATED, warnings)

    def _connection(self) -> tuple[http.client.HTTPConnection, bool]:
        with self._lock:
            if self._idle:
                return self._idle.pop(), False
        access = self.access
        host, port = access.proxy or (access.host, access.port)
        kind = (
            _SecureConnection(access, host, port)
            if access.secure
            else http.client.HTTPConnection(host, port, CONNECT_S)
        )
        if access.proxy and access.secure:
            kind.set_tunnel(access.host, access.port)
        try:
            kind.connect()
        except (OSError, http.client.HTTPException) as error:
            kind.close()
            raise self._unreachable(error) from None
        kind.sock.settimeout(ANSWER_S)
        return kind, True

    def _unreachable(self, error: Exception) -> UnreachableError:
        why = getattr(error, "verify_message", "") or getattr(error, "strerror", "") or type(error).__name__
        return UnreachableError(f"the API server at {self.access.address} cannot be reached: {why}")

    def close(self) -> None:
        """Closes the connections that are kept."""
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            with contextlib.suppress(OSError):
                connection.close()


def _is_passing(error: ApiError) -> bool:
    """Tells whether the same call may well succeed in a moment."""
    if error.status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT):
        return True
    return error.status == HTTPStatus.INTERNAL_SERVER_ERROR and "etcdserver" in error.message


def _parse(data: bytes, content_type: str) -> Properties | str:
    if content_type == "application/json":
        try:
            loaded: object = json.loads(data)
        except ValueError:
            loaded = None
        if isinstance(loaded, dict):
            return cast(Properties, loaded)
    return data.decode(errors="replace")


def _warning(header: str) -> str:
    """Returns the words in `299 - "words"`."""
    prefix, _, rest = header.partition(' "')
    return rest.removesuffix('"').replace('\\"', '"') if prefix.startswith(str(_WARNING_PREFIX)) else header
