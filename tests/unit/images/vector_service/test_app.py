"""The API over HTTP: what it takes, what it refuses and how."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from http_service.lifecycle import Lifecycle
from http_service.metrics import Metrics
from http_service.process import CannotServeError
from vector_service.app import build_service
from vector_service.log import NAME, BrokenError, Log, NoSpaceError
from vector_service.settings import Settings

from tests.unit.images.asking import ask


class Service:
    """The application over an open store."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.metrics, self.lifecycle = Metrics(), Lifecycle()
        told = Settings(data=folder, max_store_bytes=1024 * 1024, **settings)
        self._service = build_service(told, self.lifecycle, self.metrics)
        self.prepare, self.close = self._service.prepare, self._service.close

    def ask(self, method: str, path: str, **request: Any) -> httpx.Response:
        return ask(self._service.app, method, path, **request)

    def put(self, *vectors: dict[str, Any]) -> httpx.Response:
        return self.ask("POST", "/v1/vectors", json={"vectors": list(vectors)})


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    made = Service(tmp_path)
    made.prepare()
    yield made
    made.close()


def vector(name: str, *values: float, **metadata: str) -> dict[str, Any]:
    return {"id": name, "values": list(values), **({"metadata": metadata} if metadata else {})}


def test_vectors_are_put_in_found_and_taken_out(service: Service) -> None:
    assert service.put(vector("a", 1, 0, colour="red"), vector("b", 0, 1), vector("c", 1, 1)).json() == {"count": 3}
    found = service.ask("POST", "/v1/search", json={"values": [2, 0], "top": 2}).json()["found"]
    assert [(each["id"], each["metadata"]) for each in found] == [("a", {"colour": "red"}), ("c", {})]
    assert found[0]["score"] == pytest.approx(1)
    assert service.ask("GET", "/v1/vectors/a").json() == vector("a", 1, 0, colour="red")
    assert service.ask("POST", "/v1/delete", json={"ids": ["a", "never", "a"]}).json() == {"count": 1}
    assert service.ask("GET", "/v1/vectors/a").status_code == 404
    stock = service.ask("GET", "/v1/vectors").json()
    assert (stock["count"], stock["dimension"]) == (2, 2)


def test_an_empty_store_finds_nothing(service: Service) -> None:
    assert service.ask("POST", "/v1/search", json={"values": [1]}).json() == {"found": []}


@pytest.mark.parametrize(
    ("path", "body", "says"),
    [
        ("vectors", {"vectors": [vector("a/b", 1)]}, "pattern"),
        ("vectors", {"vectors": [vector("a")]}, "at least 1 item"),
        ("vectors", {"vectors": []}, "at least 1 item"),
        ("vectors", {"vectors": [vector("a", *[1.0] * 4097)]}, "at most 4096"),
        ("vectors", {"vectors": [vector("a", 0, 0)]}, "length of 1e-12 or more"),
        ("vectors", {"vectors": [vector("a", 1e17)]}, "from -1e+16 to 1e+16"),
        ("vectors", {"vectors": [vector("a", 1), vector("b", 1, 2)]}, "vectors of one length"),
        ("vectors", {"vectors": [vector("a", 1), vector("a", 2)]}, "each id once"),
        ("vectors", {"vectors": [vector("a", 1, word="x" * 1001)]}, "at most 1000"),
        ("vectors", {"vectors": [vector("a", 1, 2)]}, "have 3 numbers, and these have 2"),
        ("search", {"values": [1, 2]}, "have 3 numbers, and the query has 2"),
        ("search", {"values": [1, 2, 3], "top": 0}, "greater than or equal to 1"),
        ("search", {"values": [1, 2, 3], "metric": "far"}, "'cosine' or 'dot'"),
        ("search", {"values": [1, 2, 3], "filter": "x"}, "Extra inputs"),
        ("delete", {"ids": []}, "at least 1 item"),
    ],
)
def test_what_can_not_be_is_answered_422_with_what_is_allowed(
    service: Service, path: str, body: dict[str, Any], says: str
) -> None:
    service.put(vector("held", 1, 2, 3))
    answer = service.ask("POST", f"/v1/{path}", json=body)
    assert (answer.status_code, says in answer.text) == (422, True), answer.text
    assert service.ask("GET", "/v1/vectors").json()["count"] == 1


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999"])
def test_numbers_that_are_none_are_refused(service: Service, number: str) -> None:
    body = f'{{"vectors": [{{"id": "a", "values": [{number}]}}]}}'
    assert service.ask("POST", "/v1/vectors", content=body).status_code == 422


def test_a_full_store_answers_409(service: Service) -> None:
    answers = [service.put(vector(f"v{number}", *[1.5] * 4000)).status_code for number in range(64)]
    assert set(answers) == {200, 409}
    assert answers == sorted(answers)
    assert "APP_MAX_STORE_BYTES" in service.put(vector("one-more", *[1.5] * 4000)).json()["detail"]


def test_a_body_that_is_too_large_is_answered_413(tmp_path: Path) -> None:
    service = Service(tmp_path, max_body_bytes=1024)
    assert service.ask("POST", "/v1/vectors", content=b" " * 2000).status_code == 413


def test_probes_are_answered_while_the_log_is_read_and_the_rest_later(tmp_path: Path) -> None:
    service = Service(tmp_path)
    assert service.ask("GET", "/health").status_code == 200
    assert service.ask("GET", "/ready").status_code == 503
    answer = service.ask("GET", "/v1/vectors")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")


def test_a_log_that_can_not_be_read_ends_the_service_with_the_reason(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(b"something else")
    with pytest.raises(CannotServeError, match="is damaged at byte 0"):
        Service(tmp_path).prepare()


def test_a_full_disk_answers_507_and_changes_nothing(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise NoSpaceError("no space")

    monkeypatch.setattr(Log, "append", full)
    assert service.put(vector("a", 1)).status_code == 507
    assert service.ask("GET", "/v1/vectors").json()["count"] == 0


def test_a_failed_disk_answers_503_and_ends_the_service(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[int] = []

    def kill(_: int, number: int) -> None:
        sent.append(number)

    def failed(*_: object) -> None:
        raise BrokenError("input/output error")

    monkeypatch.setattr(Log, "append", failed)
    monkeypatch.setattr("os.kill", kill)
    assert service.put(vector("a", 1)).status_code == 503
    assert sent == [15]


def test_a_key_is_asked_for_where_there_is_one(tmp_path: Path) -> None:
    service = Service(tmp_path, api_key="a-key-of-some-length")
    assert service.ask("GET", "/v1/vectors").status_code == 401


def test_what_the_store_holds_is_among_the_metrics(service: Service) -> None:
    service.put(vector("a", 1), vector("b", 2))
    sample = service.metrics.registry.get_sample_value
    assert sample("vector_store_vectors") == 2
    assert (sample("vector_store_bytes") or 0) > 1000
    assert sample("vector_store_compactions_total") == 0
    assert sample("vector_store_cut_bytes") == 0
