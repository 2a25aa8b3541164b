"""The service in several processes: they are one to whoever calls, scrapes or stops it."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from http_service.settings import SettingsError, load
from http_workers import settings
from http_workers.settings import WorkerSettings

from tests.support.waiting import eventually
from tests.unit.images.process import IMAGES, Process

WORKERS = IMAGES / "python-api" / "variants" / "gunicorn"
BODY = json.dumps({"left": "a boat", "right": "a boat"})
CANNOT = """
from http_service.process import CannotServeError, Service

def build(*_):
    def prepare():
        raise CannotServeError("no model here")
    return Service(None, prepare)
"""


class Workers(Process):
    """The Python API in several processes."""

    def __init__(self, folder: Path, service: str, **settings: str) -> None:
        source = os.pathsep.join((str(WORKERS), str(folder)))
        super().__init__(f"http_workers {service}", Path(source), TMPDIR=str(folder), **settings)

    def post(self) -> int:
        """The status of one request."""
        connection = http.client.HTTPConnection(self.api.host, self.api.port, timeout=20)
        try:
            connection.request("POST", "/v1/similarity", BODY, {"Content-Type": "application/json"})
            return connection.getresponse().status
        finally:
            connection.close()

    def counted(self) -> float:
        """How many requests the metrics say were answered well."""
        name = 'application_requests_total{method="POST",route="/v1/similarity",status="200"} '
        return sum(float(line.removeprefix(name)) for line in self.told().splitlines() if line.startswith(name))

    def processes(self) -> list[int]:
        """Those that answer."""
        return [each.pid for each in psutil.Process(self.process.pid).children()]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Workers]]:
    """Starts the service; none of its processes survives the test."""
    begun: list[Workers] = []

    def starting(service: str = "python_api.app:build_service", **settings: str) -> Workers:
        begun.append(Workers(tmp_path, service, **settings))
        return begun[-1]

    yield starting
    for each in begun:
        end(each)


@pytest.fixture
def started(start: Callable[..., Workers]) -> Workers:
    """Two processes, each of which has said that it is ready."""
    service = start(APP_WORKERS="2", APP_DRAIN_DELAY_SECONDS="60").started()
    service.line_saying("ready")
    return service


def end(service: Workers) -> None:
    """No process survives a test; the first one ends first, since it would replace the others."""
    family = service.processes() if service.process.poll() is None else []
    service.process.kill()
    for each in family:
        with contextlib.suppress(ProcessLookupError):
            os.kill(each, signal.SIGKILL)
    service.process.communicate()


def test_the_metrics_of_all_processes_add_up(started: Workers, tmp_path: Path) -> None:
    # when there were requests until each process has answered some
    sent = 0

    def both() -> bool:
        nonlocal sent
        sent += started.post() == 200
        return len(list((tmp_path / "metrics").glob("counter_*.db"))) == 2

    assert eventually(both)
    # then what is scraped counts them all
    assert eventually(lambda: started.counted() == sent)
    assert "application_ready 1.0" in started.told()


def test_a_process_that_dies_is_replaced_and_what_it_counted_stays(started: Workers) -> None:
    assert started.post() == 200
    assert eventually(lambda: started.counted() == 1)
    before = set(started.processes())
    for each in before:
        os.kill(each, signal.SIGKILL)
    assert eventually(lambda: len(set(started.processes()) - before) == 2)
    assert eventually(lambda: answered(started))
    assert eventually(lambda: started.counted() == 2)


def answered(service: Workers) -> bool:
    """Whether a request is; a process that is about to die may still be given one."""
    try:
        return service.post() == 200
    except (OSError, http.client.HTTPException):
        return False


def test_a_stop_under_load_loses_no_request(started: Workers) -> None:
    # given callers who keep their connections, and who go elsewhere once it is not ready any more
    leave = threading.Event()
    failed: list[Exception] = []
    sent: list[int] = []

    def call() -> None:
        connection = http.client.HTTPConnection(started.api.host, started.api.port, timeout=20)
        while not leave.is_set():
            try:
                connection.request("POST", "/v1/similarity", BODY, {"Content-Type": "application/json"})
                answer = connection.getresponse()
                answer.read()
                sent.append(answer.status)
            except (OSError, http.client.HTTPException) as error:
                failed.append(error)
        connection.close()

    # Its log is read, too: a service whose log nobody takes waits.
    assert started.process.stdout is not None
    reader = threading.Thread(target=started.process.stdout.read)
    callers = [threading.Thread(target=call) for _ in range(4)]
    for each in (reader, *callers):
        each.start()
    # when it is stopped while they call
    assert eventually(lambda: len(sent) > 50)
    started.stop()
    assert eventually(lambda: started.get("/ready") == 503)
    still = len(sent)
    assert eventually(lambda: len(sent) > still)
    leave.set()
    for each in callers:
        each.join()
    # then each of them was answered
    assert failed == []
    assert set(sent) == {200}
    # and it ends, here without waiting for callers of whom there are none: a second signal asks for that
    for process in started.processes():
        os.kill(process, signal.SIGTERM)
    assert started.ended() == 0
    reader.join()


def test_a_service_that_cannot_be_had_ready_ends_instead_of_being_tried_for_ever(
    start: Callable[..., Workers], tmp_path: Path
) -> None:
    (tmp_path / "broken.py").write_text(CANNOT)
    service = start("broken:build", APP_WORKERS="2")
    assert service.line()["message"] == "no model here"
    assert service.ended() == 1


def test_a_wrong_setting_ends_it_with_a_log_line_and_code_2(start: Callable[..., Workers]) -> None:
    service = start(APP_WORKERS="65")
    assert service.line()["message"].startswith("APP_WORKERS is '65'; input should be less than or equal to 64")
    assert service.ended() == 2


def test_an_address_in_use_ends_it_with_a_log_line_and_code_1(start: Callable[..., Workers]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        service = start(APP_METRICS_LISTEN=address)
        assert service.line()["message"] == f"APP_METRICS_LISTEN: can't listen on {address}: Address already in use"
        assert service.ended() == 1


@pytest.mark.parametrize(("environ", "processes"), [({}, 3), ({"APP_WORKERS": "0"}, 3), ({"APP_WORKERS": "5"}, 5)])
def test_there_are_as_many_processes_as_the_container_has_processors_unless_told(
    monkeypatch: pytest.MonkeyPatch, environ: dict[str, str], processes: int
) -> None:
    monkeypatch.setattr(settings, "usable", lambda: 3)
    assert load(WorkerSettings, environ).processes == processes


def test_fewer_than_no_processes_are_refused() -> None:
    with pytest.raises(SettingsError, match="APP_WORKERS"):
        load(WorkerSettings, {"APP_WORKERS": "-1"})
