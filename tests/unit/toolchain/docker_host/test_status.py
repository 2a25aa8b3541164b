"""Which Docker engine is used: the user's before slipway's own."""

from pathlib import Path

import pytest

from toolchain import docker
from toolchain.docker_host import api
from toolchain.docker_host.status import Used, ensure, used, variables
from toolchain.home import Home
from toolchain.progress import Progress


@pytest.mark.parametrize(
    ("theirs", "ours", "expected"),
    [
        (True, True, Used("unix:///theirs.sock", own=False)),
        (False, True, Used("unix:///home/run/slipway-docker.sock", own=True)),
        (False, False, None),
    ],
)
def test_the_users_engine_goes_first(
    monkeypatch: pytest.MonkeyPatch, theirs: bool, ours: bool, expected: Used | None
) -> None:
    monkeypatch.setattr(docker, "works", lambda: theirs)
    monkeypatch.setattr(docker, "endpoint", lambda: "unix:///theirs.sock")

    def answers(_: Path) -> bool:
        return ours

    monkeypatch.setattr(api, "answers", answers)
    assert used(Home(Path("/home"))) == expected


def test_deployments_are_told_slipways_own_engine_before_it_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(docker, "works", lambda: False)
    assert variables(Home(Path("/home"))) == {"DOCKER_HOST": "unix:///home/run/slipway-docker.sock"}


def test_an_engine_of_the_users_is_enough(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(docker, "works", lambda: True)
    ensure(Home(tmp_path), Progress(quiet=60))
    assert list(tmp_path.iterdir()) == []


def test_a_socket_that_nobody_serves_is_no_engine(tmp_path: Path) -> None:
    assert not api.answers(tmp_path / "nobody.sock")
