"""The Python API in this process."""

from typing import Any

import httpx
from http_service.lifecycle import Lifecycle
from http_service.metrics import Metrics
from http_service.settings import Settings
from python_api.app import build_service

from tests.unit.images.asking import ask


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
