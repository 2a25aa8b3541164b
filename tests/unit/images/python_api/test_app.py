import json

import pytest

from tests.unit.images.python_api.support import Service

KEY = "a-key-of-some-length"


def test_a_service_is_alive_in_every_phase() -> None:
    service = Service()
    service.lifecycle.drain()
    assert service.ask("GET", "/health").json() == {"status": "ok"}


def test_a_started_service_is_ready() -> None:
    answer = Service().ask("GET", "/ready")
    assert (answer.status_code, answer.json()) == (200, {"status": "ready"})


def test_a_draining_service_is_not_ready_and_says_so() -> None:
    service = Service()
    service.lifecycle.drain()
    answer = service.ask("GET", "/ready")
    assert (answer.status_code, answer.json()) == (503, {"status": "draining"})


def test_two_texts_are_compared() -> None:
    answer = Service().ask("POST", "/v1/similarity", json={"left": "Hello", "right": "hello "})
    assert answer.json()["score"] == pytest.approx(1.0)


def test_the_best_candidates_are_ranked() -> None:
    request = {"query": "apple", "candidates": ["sky", "apples", "apple"], "top": 2}
    ranked = Service().ask("POST", "/v1/rank", json=request).json()["ranked"]
    assert [each["index"] for each in ranked] == [2, 1]


def test_a_text_is_cut_into_pieces() -> None:
    answer = Service().ask("POST", "/v1/chunks", json={"text": "one two", "size": 4})
    assert answer.json()["chunks"] == [
        {"start": 0, "end": 4, "text": "one "},
        {"start": 4, "end": 7, "text": "two"},
    ]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/similarity", {"left": "hunter2"}),
        ("/v1/similarity", {"left": "hunter2", "right": ["hunter2"]}),
        ("/v1/similarity", {"left": "hunter2", "right": "b", "methods": "hunter2"}),
        ("/v1/rank", {"query": "a", "candidates": ["hunter2"] * 201}),
        ("/v1/rank", {"query": "hunter2", "candidates": [], "top": 0}),
        ("/v1/chunks", {"text": "hunter2", "size": 10, "overlap": 6}),
    ],
)
def test_a_wrong_request_is_refused_without_echoing_it(path: str, body: dict[str, object]) -> None:
    answer = Service().ask("POST", path, json=body)
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["msg"]
    assert "hunter2" not in answer.text


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Basic {KEY}"}])
def test_with_a_key_set_a_request_without_it_is_refused(headers: dict[str, str]) -> None:
    answer = Service(api_key=KEY).ask("POST", "/v1/similarity", json={"left": "", "right": ""}, headers=headers)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"


def test_with_a_key_set_a_request_with_it_is_answered() -> None:
    headers = {"Authorization": f"Bearer {KEY}"}
    answer = Service(api_key=KEY).ask("POST", "/v1/similarity", json={"left": "", "right": ""}, headers=headers)
    assert answer.status_code == 200


def test_probes_ask_for_no_key() -> None:
    assert Service(api_key=KEY).ask("GET", "/health").status_code == 200


def test_a_body_above_the_limit_is_refused() -> None:
    body = json.dumps({"left": "x" * 2000, "right": ""})
    answer = Service(max_body_bytes=1024).ask("POST", "/v1/similarity", content=body)
    assert (answer.status_code, answer.json()) == (413, {"detail": "the body is larger than 1024 bytes"})


def test_a_body_that_hides_its_size_is_refused_all_the_same() -> None:
    async def pieces():
        for _ in range(20):
            yield b" " * 100

    headers = {"content-type": "application/json"}
    answer = Service(max_body_bytes=1024).ask("POST", "/v1/similarity", content=pieces(), headers=headers)
    assert answer.status_code == 413
