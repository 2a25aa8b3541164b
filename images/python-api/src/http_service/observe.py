"""The outermost layer: every request gets an id, a log line, a place in the metrics, and an answer."""

import logging
import re
import time
import uuid
from typing import Any, cast

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from http_service.logs import request_id
from http_service.metrics import Metrics

_GOOD_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_HEADER = b"x-request-id"
_PROBES = {"/health", "/ready"}
_LONGEST_PATH = 200
_CLIENT_GONE = 499
"""The status, as NGINX writes it, of a request whose client left before an answer began."""

_log = logging.getLogger("http_service.requests")


class Observed:
    """Wraps an ASGI application.

    A client's `X-Request-ID` is kept when it is short and plain, so that one id follows a request through several
    services; else one is made. Neither headers, query nor body are logged: they may hold secrets.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection, and account for it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = dict(cast(list[tuple[bytes, bytes]], scope["headers"])).get(_HEADER, b"")
        identity = given if _GOOD_ID.fullmatch(given) else uuid.uuid4().hex.encode()
        token = request_id.set(identity.decode())
        status = _CLIENT_GONE
        began = time.perf_counter()

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = cast(int, message["status"])
                message["headers"] = [*message.get("headers", []), (_HEADER, identity)]
            await send(message)

        self._metrics.in_flight.inc()
        failure: BaseException | None = None
        try:
            await self._app(scope, receive, answer)
        except Exception as error:  # answered 500, by the layer below before it raised or else by the server
            failure = error
            status = 500 if status == _CLIENT_GONE else status
        finally:
            self._metrics.in_flight.dec()
            seconds = time.perf_counter() - began
            route = cast(str, getattr(scope.get("route"), "path", "unmatched"))
            self._metrics.observe(scope["method"], route, status, seconds)
            _write(scope, route, status, seconds, failure)
            request_id.reset(token)


def _write(scope: Scope, route: str, status: int, seconds: float, failure: BaseException | None) -> None:
    fields: dict[str, Any] = {
        "method": scope["method"],
        "path": scope["path"][:_LONGEST_PATH],
        "route": route,
        "status": status,
        "duration_ms": round(seconds * 1000, 3),
    }
    # Probes come every few seconds and would drown the rest.
    level = logging.ERROR if failure else logging.DEBUG if route in _PROBES else logging.INFO
    _log.log(level, "request failed" if failure else "request", exc_info=failure, extra={"fields": fields})
