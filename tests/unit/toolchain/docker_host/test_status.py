"""Which Docker engine is used: the user's before slipway's own."""

from pathlib import Path

import pytest

from toolchain import docker
from toolchain.docker_host import api, status
from toolchain.home import Home


@pytest.mark.parametrize(
    ("theirs", "ours", "used"),
    [
        (True, True, status.Used("unix:///theirs.sock", own=False)),
        (False, True, status.Used("unix:///home/run/slipway-docker.sock", own=True)),
        (False, False, None),
    ],
)
def test_the_users_engine_goes_first(
    monkeypatch: pytest.MonkeyPatch, theirs: bool, ours: bool, used: status.Used | None
) -> None:
    monkeypatch.setattr(docker, "works", lambda: theirs)
    monkeypatch.setattr(docker, "endpoint", lambda: "unix:///theirs.sock")

    def answers(_: Path) -> bool:
        return ours

    monkeypatch.setattr(api, "answers", answers)
    assert status.used(Home(Path("/home"))) == used


def test_a_socket_that_nobody_serves_is_no_engine(tmp_path: Path) -> None:
    assert not api.answers(tmp_path / "nobody.sock")
