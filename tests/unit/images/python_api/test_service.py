"""The process as a whole: a real one, on ports that the system chooses."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import psutil
import pytest
from http_service.address import Address

from tests.support.slow_request import SlowRequest
from tests.support.waiting import eventually
from tests.unit.images.process import HTTP_SERVICE, Process

BODY = {"left": "in flight", "right": "in flight"}


class PythonApi(Process):
    """The Python API's process."""

    def __init__(self, **settings: str) -> None:
        super().__init__("python_api", HTTP_SERVICE, **settings)

    def slow_request(self) -> SlowRequest:
        """A request that the service has begun to answer."""
        request = SlowRequest(self.api.host, self.api.port, "/v1/similarity", BODY)
        assert eventually(lambda: "application_requests_in_flight 1.0" in self.told())
        return request


@pytest.fixture
def processes() -> Iterator[list[PythonApi]]:
    """Every process a test starts; none survives it."""
    started: list[PythonApi] = []
    yield started
    for each in started:
        each.process.kill()
        each.process.communicate()


def start(processes: list[PythonApi], **settings: str) -> PythonApi:
    process = PythonApi(**settings)
    processes.append(process)
    return process


def test_a_started_service_is_ready_and_shows_its_metrics(processes: list[PythonApi]) -> None:
    service = start(processes).started()
    assert service.get("/ready") == 200
    assert "application_ready 1.0" in service.told()


def test_a_draining_service_serves_on_but_is_not_ready(processes: list[PythonApi]) -> None:
    service = start(processes, APP_DRAIN_DELAY_SECONDS="20").started()
    service.stop()
    assert service.line()["message"] == "draining"
    assert (service.get("/ready"), service.get("/health")) == (503, 200)


def test_a_request_in_flight_is_answered_before_the_service_ends(processes: list[PythonApi]) -> None:
    service = start(processes).started()
    with service.slow_request() as request:
        service.stop()
        assert service.line()["message"] == "draining"
        _await_refusal(service.api)
        assert request.finish() == (200, {"score": pytest.approx(1.0)})
    assert service.ended() == 0


def test_a_request_that_never_ends_is_cut_after_the_grace(processes: list[PythonApi]) -> None:
    service = start(processes, APP_DRAIN_SECONDS="1").started()
    with service.slow_request():
        service.stop()
        assert service.ended() == 0


def test_a_second_signal_ends_the_service_at_once(processes: list[PythonApi]) -> None:
    service = start(processes, APP_DRAIN_DELAY_SECONDS="600", APP_DRAIN_SECONDS="600").started()
    with service.slow_request():
        service.stop()
        assert service.line()["message"] == "draining"
        service.stop()
        assert service.ended() == 0


def test_an_idle_connection_does_not_hold_up_the_end(processes: list[PythonApi]) -> None:
    service = start(processes, APP_DRAIN_SECONDS="600").started()
    with socket.create_connection((service.api.host, service.api.port)) as idle:
        idle.sendall(b"GET /health HTTP/1.1\r\nHost: a\r\n\r\n")
        assert idle.recv(12) == b"HTTP/1.1 200"
        service.stop()
        assert service.ended() == 0


def test_a_wrong_setting_ends_it_with_a_log_line_and_code_2(processes: list[PythonApi]) -> None:
    service = start(processes, APP_LOG_LEVEL="loud")
    line = service.line()
    assert line["level"] == "error"
    assert line["message"].startswith("APP_LOG_LEVEL is 'loud'; input should be")
    assert service.ended() == 2


@pytest.mark.parametrize("variable", ["APP_LISTEN", "APP_METRICS_LISTEN"])
def test_an_address_in_use_ends_it_with_a_log_line_and_code_1(processes: list[PythonApi], variable: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        service = start(processes, **{variable: address})
        assert service.line()["message"] == f"{variable}: can't listen on {address}: Address already in use"
        assert service.ended() == 1


def test_the_service_writes_no_file(processes: list[PythonApi]) -> None:
    service = start(processes, PYTHONDONTWRITEBYTECODE="1").started()
    service.get("/health")
    assert psutil.Process(service.process.pid).open_files() == []


def test_the_health_check_tells_a_living_service_from_none(processes: list[PythonApi]) -> None:
    service = start(processes).started()
    assert _check(service.api) == 0
    service.stop()
    assert service.ended() == 0
    assert _check(service.api) == 1


def _check(address: Address) -> int:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(HTTP_SERVICE), "APP_LISTEN": str(address)}
    command = [sys.executable, "-m", "http_service.health_check"]
    return subprocess.run(command, env=environment, check=False, timeout=20).returncode


def _await_refusal(address: Address) -> None:
    """Until no new connection is taken: the service has stopped listening."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            socket.create_connection((address.host, address.port)).close()
        except ConnectionRefusedError:
            return
    raise AssertionError("the service still takes connections")
