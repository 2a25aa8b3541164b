"""Who runs the registry and BuildKit on this machine."""

from pathlib import Path

import pytest

from tests.unit.toolchain.given import web_is
from toolchain import docker, services
from toolchain.errors import ToolchainError
from toolchain.home import Home


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
