"""Callers learn from the answers of a draining service that they should connect to another."""

import pytest

from tests.unit.images.python_api.support import Service


def test_a_ready_service_keeps_connections() -> None:
    assert "connection" not in Service().ask("GET", "/health").headers


@pytest.mark.parametrize("path", ["/health", "/ready", "/absent"])
def test_a_draining_service_asks_for_connections_to_be_closed(path: str) -> None:
    service = Service()
    service.lifecycle.drain()
    assert service.ask("GET", path).headers["connection"] == "close"
