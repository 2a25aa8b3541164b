"""Who runs the registry and BuildKit on this machine."""

import io
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from tests.unit.toolchain.given import web_is
from toolchain import bases, buildkit, docker, registry, services
from toolchain.errors import ToolchainError
from toolchain.home import Home
from toolchain.progress import Progress


@pytest.mark.parametrize(
    ("wanted", "engine", "online", "chosen"),
    [
        ("", True, True, "docker"),
        ("auto", True, False, "embedded"),
        ("auto", False, True, "embedded"),
        ("embedded", True, True, "embedded"),
        ("docker", False, False, "docker"),
    ],
)
def test_docker_runs_the_services_where_it_and_the_web_are_there_unless_told_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wanted: str, engine: bool, online: bool, chosen: str
) -> None:
    monkeypatch.setattr(docker, "works", lambda: engine)
    web_is(monkeypatch, online)
    assert services.kind(Home(tmp_path), {services.KIND_VARIABLE: wanted}) == chosen


def test_an_unknown_kind_is_refused_with_those_that_are_known(tmp_path: Path) -> None:
    with pytest.raises(ToolchainError, match="SLIPWAY_SERVICES is 'podman'") as caught:
        services.kind(Home(tmp_path), {services.KIND_VARIABLE: "podman"})
    assert "embedded" in caught.value.mend


def test_an_empty_home_has_stopped_services(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(docker, "runs_registry", lambda: False)
    assert [(one.name, one.running, one.pid) for one in services.status(Home(tmp_path))] == [
        ("registry", False, None),
        ("buildkit", False, None),
    ]


def test_two_runs_at_once_start_the_services_one_after_the_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a start that would meet another one if there were any
    meeting = threading.Barrier(2)
    met: list[bool] = []

    def start_registry(*_: object) -> None:
        try:
            meeting.wait(timeout=0.2)
            met.append(True)
        except threading.BrokenBarrierError:
            met.append(False)
            meeting.reset()

    def start_buildkit(*_: object) -> None:
        return

    def programs(names: Sequence[str], *_: object) -> Mapping[str, Path]:
        return {name: tmp_path / name for name in names}

    monkeypatch.setattr(services, "ensure", programs)
    monkeypatch.setattr(registry, "start", start_registry)
    monkeypatch.setattr(buildkit, "start", start_buildkit)
    monkeypatch.setattr(bases, "BASES", ())
    monkeypatch.setenv(services.KIND_VARIABLE, "embedded")
    # when two runs bring them up
    quiet = Progress(io.StringIO())
    runs = [threading.Thread(target=services.up, args=(Home(tmp_path), quiet)) for _ in range(2)]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    # then they did not meet
    assert met == [False, False]
