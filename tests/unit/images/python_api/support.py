"""Asking an ASGI application in this process, without a server."""

import asyncio
from typing import Any

import httpx
from http_service.lifecycle import Lifecycle
from http_service.metrics import Metrics
from http_service.settings import Settings
from python_api.app import build_service
from starlette.types import ASGIApp


class Service:
    """The application with its parts at hand; ready unless told otherwise."""

    def __init__(self, **settings: Any) -> None:
        self.lifecycle = Lifecycle()
        self.metrics = Metrics()
        self.app = build_service(Settings(**settings), self.lifecycle, self.metrics).app
        self.lifecycle.started()

    def ask(self, method: str, path: str, **request: Any) -> httpx.Response:
        return ask(self.app, method, path, **request)

    def sample(self, name: str, **labels: str) -> float | None:
        return self.metrics.registry.get_sample_value(name, labels)


def ask(app: ASGIApp, method: str, path: str, **request: Any) -> httpx.Response:
    async def call() -> httpx.Response:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
            return await client.request(method, path, **request)

    return asyncio.run(call())
