import asyncio
import logging
from typing import Any

import pytest
from http_service.metrics import Metrics
from http_service.observe import Observed
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tests.unit.images.python_api.support import Service


def test_a_request_is_counted_and_timed_under_its_route() -> None:
    service = Service()
    service.ask("POST", "/v1/similarity", json={"left": "a", "right": "b"})
    labels = {"method": "POST", "route": "/v1/similarity"}
    assert service.sample("application_requests_total", **labels, status="200") == 1
    assert service.sample("application_latency_seconds_count", **labels) == 1


def test_paths_that_match_nothing_and_methods_that_nobody_knows_share_one_series() -> None:
    service = Service()
    for number in range(3):
        service.ask(f"METHOD{number}", f"/no/{number}")
    assert service.sample("application_requests_total", method="OTHER", route="unmatched", status="404") == 3


def test_no_request_stays_in_flight_after_its_answer() -> None:
    service = Service()
    service.ask("GET", "/health")
    assert service.sample("application_requests_in_flight") == 0


def test_readiness_is_among_the_metrics() -> None:
    service = Service()
    assert service.sample("application_ready") == 1
    service.lifecycle.drain()
    assert service.sample("application_ready") == 0


def test_a_plain_request_id_is_kept() -> None:
    answer = Service().ask("GET", "/health", headers={"X-Request-ID": "abc-1.2_3"})
    assert answer.headers["x-request-id"] == "abc-1.2_3"


@pytest.mark.parametrize("given", ["", "with space", "x" * 65, '{"json": 1}'])
def test_any_other_request_id_is_replaced(given: str) -> None:
    answer = Service().ask("GET", "/health", headers={"X-Request-ID": given})
    assert len(answer.headers["x-request-id"]) == 32


def test_a_request_is_logged_without_query_headers_and_body(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "http_service.requests")
    Service().ask(
        "POST",
        "/v1/similarity?token=hunter2",
        json={"left": "hunter2", "right": ""},
        headers={"Authorization": "Bearer hunter2"},
    )
    [record] = caplog.records
    fields: dict[str, Any] = vars(record)["fields"]
    assert (fields["route"], fields["status"], record.levelname) == ("/v1/similarity", 200, "INFO")
    assert "hunter2" not in str(vars(record))


def test_a_probe_is_logged_at_debug_level_only(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "http_service.requests")
    Service().ask("GET", "/ready")
    assert [each.levelname for each in caplog.records] == ["DEBUG"]


async def _broken_after_answering(scope: Scope, receive: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 500, "headers": []})
    await send({"type": "http.response.body", "body": b""})
    raise RuntimeError("the cause")


async def _broken_before_answering(scope: Scope, receive: Receive, send: Send) -> None:
    raise RuntimeError("the cause")


@pytest.mark.parametrize("broken", [_broken_after_answering, _broken_before_answering])
def test_a_failure_is_logged_with_its_cause_and_counted(broken: ASGIApp, caplog: pytest.LogCaptureFixture) -> None:
    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None: ...

    metrics = Metrics()
    scope: Scope = {"type": "http", "method": "GET", "path": "/", "headers": []}
    asyncio.run(Observed(broken, metrics)(scope, receive, send))

    [record] = caplog.records
    assert (record.levelname, record.message) == ("ERROR", "request failed")
    assert "the cause" in caplog.text
    labels = {"method": "GET", "route": "unmatched", "status": "500"}
    assert metrics.registry.get_sample_value("application_requests_total", labels) == 1


def test_a_client_that_left_before_an_answer_is_counted_as_gone() -> None:
    async def waiting(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()

    async def gone() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        raise AssertionError(message)

    metrics = Metrics()
    scope: Scope = {"type": "http", "method": "GET", "path": "/", "headers": []}
    asyncio.run(Observed(waiting, metrics)(scope, gone, send))
    labels = {"method": "GET", "route": "unmatched", "status": "499"}
    assert metrics.registry.get_sample_value("application_requests_total", labels) == 1


def test_what_is_no_http_request_is_passed_on() -> None:
    seen: list[str] = []

    async def inner(scope: Scope, receive: Receive, send: Send) -> None:
        seen.append(scope["type"])

    async def nothing(*_: object) -> Any: ...

    asyncio.run(Observed(inner, Metrics())({"type": "lifespan"}, nothing, nothing))
    assert seen == ["lifespan"]
