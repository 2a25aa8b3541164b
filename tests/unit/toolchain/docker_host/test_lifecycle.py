"""A Docker host is started whole or not at all."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from toolchain import debian, files, processes
from toolchain.docker_host import lifecycle, programs
from toolchain.docker_host.layout import Layout
from toolchain.errors import ToolchainError
from toolchain.home import Home
from toolchain.progress import Progress


def test_all_that_could_be_left_behind_has_a_namespace_of_its_own() -> None:
    command = lifecycle.command(Layout(Home(Path("/home"))))
    assert {"--mount", "--net", "--pid", "--kill-child"} <= set(command)
    assert command[-1] == "/home/docker-host/state/plan.json"


def test_down_in_an_empty_home_makes_nothing(tmp_path: Path) -> None:
    assert not lifecycle.down(Home(tmp_path), Progress())
    assert list(tmp_path.iterdir()) == []


def test_a_home_that_is_too_deep_for_a_socket_is_said(tmp_path: Path) -> None:
    home = Home(tmp_path / ("deep" * 30))
    with pytest.raises(ToolchainError, match="longer than the 107 characters") as caught:
        lifecycle.up(home, Progress())
    assert caught.value.mend == "choose a shorter SLIPWAY_HOME"


def test_an_engine_that_does_not_come_up_is_said_with_its_log_and_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(_: Layout) -> tuple[str, ...]:
        return ("/bin/sh", "-c", "echo no such kernel; exit 3")

    def nothing(*_: object) -> None:
        """All is there already."""

    monkeypatch.setattr(programs, "ensure", nothing)
    monkeypatch.setattr(lifecycle, "command", failing)
    home = Home(tmp_path)
    with pytest.raises(ToolchainError, match=r"docker-host ended with code 3:\n +no such kernel"):
        lifecycle.up(home, Progress(quiet=60))
    assert processes.running(home, lifecycle.NAME) is None


def test_another_user_than_root_is_told_to_use_an_engine_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(ToolchainError, match="needs root") as caught:
        programs.ensure(Layout(Home(tmp_path)), Progress(quiet=60))
    assert "DOCKER_HOST" in caught.value.mend


def test_the_client_comes_from_a_package_of_its_own_where_the_engines_lacks_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched: list[str] = []

    def unpack_all(package: str, programs: Mapping[str, Path], *_: object) -> None:
        fetched.append(package)
        for path, target in programs.items():
            if path != "usr/bin/docker" or package == "docker-cli":
                files.write(target, "program")

    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(debian, "unpack_all", unpack_all)
    monkeypatch.setattr(programs, "find", str)
    for _ in range(2):
        programs.ensure(Layout(Home(tmp_path)), Progress(quiet=60))
    assert fetched == ["docker.io", "containerd", "tini", "docker-cli"]


def test_only_the_libraries_that_are_missing_are_brought() -> None:
    listed = "\tlibsystemd.so.0 => /lib/libsystemd.so.0 (0x0)\n\tlibdevmapper.so.1.02.1 => not found\n"
    assert programs.missing_libraries(listed) == ["libdevmapper.so.1.02.1"]
