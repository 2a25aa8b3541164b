"""The process as a whole."""

from collections.abc import Iterator

import pytest
from http_service.settings import Settings
from model_service import settings

from tests.support.slow_request import SlowRequest
from tests.support.waiting import eventually
from tests.unit.images.process import IMAGES, Process

FOLDER = IMAGES / "model-service"
BODY = {"rows": [[0.0] * 64]}


@pytest.fixture
def processes() -> Iterator[list[Process]]:
    """Every process a test starts; none survives it."""
    started: list[Process] = []
    yield started
    for each in started:
        each.process.kill()
        each.process.communicate()


def start(processes: list[Process], **chosen: str) -> Process:
    given = {"APP_MODEL": str(FOLDER / "models" / "digits.onnx"), "APP_THREADS": "1", **chosen}
    started = Process("model_service", FOLDER / "src", **given)
    processes.append(started)
    return started


def test_it_loads_its_model_serves_and_finishes_what_waits_before_it_ends(processes: list[Process]) -> None:
    # given a queue that waits a second for company
    service = start(processes, APP_MAX_WAIT_SECONDS="1")
    loaded = service.line_saying("loaded")
    assert (loaded["model"], loaded["threads"]) == ("digits", 1)
    service.started()
    assert (service.get("/health"), service.get("/ready")) == (200, 200)
    assert "model_queue_depth 0.0" in service.told()
    # when it is told to stop while a request is under way
    with SlowRequest(service.api.host, service.api.port, "/predict", BODY) as request:
        assert eventually(lambda: "application_requests_in_flight 1.0" in service.told())
        service.stop()
        assert service.line()["message"] == "draining"
        status, judged = request.finish()
    # then that is answered
    assert (status, len(judged["predictions"])) == (200, 1)
    assert service.ended() == 0


@pytest.mark.parametrize(
    ("chosen", "said"),
    [
        ({"APP_MAX_BATCH": "0"}, "APP_MAX_BATCH is '0'; input should be greater"),
        ({"APP_MAX_BACTH": "1"}, "APP_MAX_BACTH is not a setting; did you mean APP_MAX_BATCH?"),
    ],
)
def test_a_wrong_setting_ends_it_with_a_log_line_and_code_2(
    processes: list[Process], chosen: dict[str, str], said: str
) -> None:
    service = start(processes, **chosen)
    assert service.line()["message"].startswith(said)
    assert service.ended() == 2


def test_a_model_that_is_not_there_ends_it_with_a_log_line_and_code_1(processes: list[Process]) -> None:
    service = start(processes, APP_MODEL="/models/none.onnx")
    assert service.line()["message"].startswith("APP_MODEL is '/models/none.onnx'; it can't be read: No such file")
    assert service.ended() == 1


def test_the_settings_that_the_source_describes_are_those_that_there_are() -> None:
    own = settings.ModelSettings.model_fields.keys() - Settings.model_fields.keys()
    described = {line.split("`")[1] for line in (settings.__doc__ or "").splitlines() if line.startswith("| `")}
    assert {f"APP_{name.upper()}" for name in own} == described
