"""While the service drains, every answer asks its caller to close the connection.

A caller that keeps connections open would send its next request on one that the service is about to close, and lose it.
"""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from http_service.lifecycle import Lifecycle, Phase

_CLOSE = (b"connection", b"close")


class Leaving:
    """Wraps an ASGI application."""

    def __init__(self, app: ASGIApp, lifecycle: Lifecycle) -> None:
        self._app = app
        self._lifecycle = lifecycle

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, the connection's last if the service drains by now."""

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start" and self._lifecycle.phase is Phase.DRAINING:
                message["headers"] = [*message.get("headers", []), _CLOSE]
            await send(message)

        await self._app(scope, receive, answer)
