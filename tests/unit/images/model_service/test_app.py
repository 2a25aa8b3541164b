import asyncio
import math
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from digits.drawing import glyph
from http_service.lifecycle import Lifecycle
from http_service.metrics import Metrics
from model_service.app import build_service
from model_service.model import Floats, Model
from model_service.settings import ModelSettings

from tests.unit.images.python_api.support import ask

FILE = Path(__file__).parents[4] / "images" / "model-service" / "models" / "digits.onnx"
KEY = "a-key-of-some-length"
ROW = [0.0] * 64


class Service:
    """The application with its parts at hand."""

    def __init__(self, **settings: Any) -> None:
        self.lifecycle, self.metrics = Lifecycle(), Metrics()
        chosen = ModelSettings.model_validate({"model": FILE, "threads": 1, **settings})
        self.service = build_service(chosen, self.lifecycle, self.metrics)

    def started(self) -> "Service":
        self.service.prepare()
        self.lifecycle.started()
        return self

    def ask(self, method: str, path: str, **request: Any) -> httpx.Response:
        return ask(self.service.app, method, path, **request)


def test_rows_are_judged_in_their_order() -> None:
    answer = Service().started().ask("POST", "/predict", json={"rows": [glyph(7).tolist(), glyph(2).tolist()]})
    judged = answer.json()
    assert answer.status_code == 200
    assert (judged["model"], [each["label"] for each in judged["predictions"]]) == ("digits", ["7", "2"])
    assert all(0.9 < each["chance"] <= 1 for each in judged["predictions"])


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"rows": [ROW[1:]]}, "rows[0]: 63 numbers; allowed: 64"),
        ({"rows": [ROW] * 3}, "rows: 3; allowed: 2 or fewer"),
        ({"rows": []}, "at least 1 item"),
        ({"rows": [["ink", *ROW[1:]]]}, "valid number"),
        ({"rows": [[1e300, *ROW[1:]]]}, "less than or equal"),
        ({"images": [ROW]}, "Field required"),
    ],
)
def test_other_rows_are_refused_with_what_is_allowed(body: dict[str, Any], said: str) -> None:
    answer = Service(max_batch=2).started().ask("POST", "/predict", json=body)
    assert answer.status_code == 422
    assert said in answer.text


def test_more_than_the_queue_holds_is_told_when_to_come_again() -> None:
    # given a queue of two rows, whose first batch waits for company
    service = Service(max_batch=2, queue_batches=1, max_wait_seconds=0.5).started()

    async def scene() -> list[httpx.Response]:
        transport = httpx.ASGITransport(app=service.service.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
            asked = [client.post("/predict", json={"rows": [ROW] * rows}) for rows in (1, 2)]
            return await asyncio.gather(*asked)

    answered, refused = asyncio.run(scene())
    assert (answered.status_code, refused.status_code) == (200, 503)
    assert int(refused.headers["retry-after"]) >= 1
    assert service.metrics.registry.get_sample_value("model_queue_refused_total") == 1


def test_a_model_that_answers_is_healthy() -> None:
    answer = Service().started().ask("GET", "/health")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_a_model_that_answers_nonsense_is_not_healthy(monkeypatch: pytest.MonkeyPatch) -> None:
    def nonsense(model: Model, rows: Floats) -> Floats:
        return np.full((len(rows), len(model.labels)), math.nan, np.float32)

    monkeypatch.setattr(Model, "run", nonsense)
    answer = Service().started().ask("GET", "/health")
    assert (answer.status_code, answer.json()) == (503, {"status": "failing"})


def test_before_the_model_is_loaded_nobody_is_answered() -> None:
    service = Service()
    answer = service.ask("POST", "/predict", json={"rows": [ROW]})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert (service.ask("GET", "/health").status_code, service.ask("GET", "/ready").status_code) == (503, 503)


def test_a_draining_service_is_healthy_and_not_ready() -> None:
    service = Service().started()
    service.lifecycle.drain()
    assert (service.ask("GET", "/health").status_code, service.ask("GET", "/ready").status_code) == (200, 503)


def test_with_a_key_set_a_request_without_it_is_refused() -> None:
    service = Service(api_key=KEY).started()
    assert service.ask("POST", "/predict", json={"rows": [ROW]}).status_code == 401
    headers = {"Authorization": f"Bearer {KEY}"}
    assert service.ask("POST", "/predict", json={"rows": [ROW]}, headers=headers).status_code == 200


def test_requests_and_runs_are_counted() -> None:
    service = Service().started()
    service.ask("POST", "/predict", json={"rows": [ROW] * 3})
    sample = service.metrics.registry.get_sample_value
    assert sample("application_latency_seconds_count", {"method": "POST", "route": "/predict"}) == 1
    assert sample("model_batch_rows_sum") == 3
    assert sample("model_queue_depth") == 0
