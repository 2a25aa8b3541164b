"""A limit on the size of request bodies, held while they arrive and whatever their headers claim."""

from typing import cast

from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class BodyLimit:
    """Wraps an ASGI application; a larger body is answered 413.

    Args:
        app: the application.
        most: bytes.
    """

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app = app
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        detail = f"the body is larger than {self._most} bytes"
        claimed = dict(cast(list[tuple[bytes, bytes]], scope["headers"])).get(b"content-length", b"0")
        if claimed.isdigit() and int(claimed) > self._most:
            await JSONResponse({"detail": detail}, status_code=413)(scope, receive, send)
            return
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self._most:
                raise HTTPException(413, detail)
            return message

        await self._app(scope, counted, send)
