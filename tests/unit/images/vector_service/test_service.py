"""The process as a whole: it is ready when the log is read, and a kill loses nothing that it answered."""

from __future__ import annotations

import contextlib
import http.client
import itertools
import json
import signal
import threading
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from vector_service.log import NAME

from tests.unit.images.process import IMAGES, Process

SOURCE = IMAGES / "vector-service" / "src"
Start = Callable[..., Process]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts the service over the test's folder; no process survives the test."""
    started: list[Process] = []

    def process(**settings: str) -> Process:
        told = {"APP_DATA": str(tmp_path), "OPENBLAS_NUM_THREADS": "1", **settings}
        started.append(Process("vector_service", SOURCE, **told))
        return started[-1]

    yield process
    for each in started:
        each.process.kill()
        each.process.communicate()


Post = Callable[[str, dict[str, Any]], tuple[int, Any]]


@contextlib.contextmanager
def client(service: Process) -> Generator[Post]:
    """Asks a service on one connection."""
    with contextlib.closing(http.client.HTTPConnection(service.api.host, service.api.port, timeout=20)) as connection:

        def post(path: str, body: dict[str, Any]) -> tuple[int, Any]:
            connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())

        yield post


def numbered(thread: int, number: int) -> dict[str, Any]:
    return {"id": f"{thread}-{number}", "values": [thread, number, 1], "metadata": {"number": str(number)}}


def write(service: Process, thread: int, answered: dict[str, list[float]], enough: threading.Semaphore) -> None:
    """Put vectors in one by one until the service is gone, and note each that was answered."""
    with client(service) as post, contextlib.suppress(OSError, http.client.HTTPException):
        for number in itertools.count():
            item = numbered(thread, number)
            assert post("/v1/vectors", {"vectors": [item]})[0] == 200
            answered[item["id"]] = item["values"]
            enough.release()


def test_a_kill_loses_nothing_that_was_answered(start: Start) -> None:
    # given writers whose every answer is noted
    service = start().started()
    answered: dict[str, list[float]] = {}
    enough = threading.Semaphore(0)
    threads = [threading.Thread(target=write, args=(service, number, answered, enough)) for number in range(1, 4)]
    for each in threads:
        each.start()
    for _ in range(100):
        assert enough.acquire(timeout=60)
    # when it is killed in the midst of them
    service.process.send_signal(signal.SIGKILL)
    for each in threads:
        each.join()
    # then all that was answered is there
    again = start().started()
    with client(again) as post:
        status, body = post("/v1/search", {"values": [0, 0, 1], "top": 1000, "metric": "dot"})
    assert status == 200
    assert {name for name in answered if name not in {each["id"] for each in body["found"]}} == set()
    assert len(body["found"]) - len(answered) in range(len(threads) + 1)


def test_it_is_ready_once_the_log_is_read_and_tells_what_it_cut(start: Start, tmp_path: Path) -> None:
    service = start().started()
    with client(service) as post:
        assert post("/v1/vectors", {"vectors": [numbered(1, 1)]})[0] == 200
    service.stop()
    assert service.ended() == 0
    with (tmp_path / NAME).open("ab") as log:
        log.write(b"torn by a crash")
    again = start()
    assert again.line_saying("log read")["vectors"] == 1
    assert again.line()["bytes"] == len("torn by a crash")
    again.started()
    assert again.get("/ready") == 200
    assert "vector_store_cut_bytes 15.0" in again.told()


def test_a_damaged_log_ends_it_with_the_reason_and_code_1(start: Start, tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(b"something else")
    service = start()
    line = service.line()
    assert (line["level"], "last backup" in line["message"]) == ("error", True)
    assert service.ended() == 1


def test_a_second_process_on_the_same_folder_ends_with_the_reason(start: Start) -> None:
    start().started()
    second = start()
    assert "in use by another process" in second.line()["message"]
    assert second.ended() == 1
