"""Tools are brought from the best origin there is, once, and as many at a time as can be built together."""

import fcntl
import io
import threading
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.support.waiting import eventually
from tests.unit.toolchain.given import bare_machine, program
from toolchain import debian, download, gobuild, install, standins, web
from toolchain.errors import ToolchainError
from toolchain.home import Home
from toolchain.install import ENGINE, ensure
from toolchain.installed import find
from toolchain.pins import AptPackage, GoPackage, ModuleFile, Tool, pins
from toolchain.progress import Progress


class Workshop:
    """Stands in for every slow origin, and notes what was asked of it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked: list[str] = []
        self.online = False
        self.plugins_to_be_had = True
        monkeypatch.setattr(gobuild, "build", self.build)
        monkeypatch.setattr(gobuild, "copy", self.copy)
        monkeypatch.setattr(debian, "unpack", self.unpack)
        monkeypatch.setattr(standins, "install", self.standin)
        monkeypatch.setattr(web, "reachable", self.reachable)
        monkeypatch.setattr(install, "run", self.run)

    def reachable(self, _: Home) -> bool:
        return self.online

    def build(self, module: str, packages: Mapping[GoPackage, Path], home: Home, progress: Progress) -> None:
        names = sorted(path.name for path in packages.values())
        self.asked.append(f"build {' '.join(names)}")
        for path in packages.values():
            program(path, f"v{pins().tool('pulumi').version}")

    def copy(self, file: ModuleFile, place: Path, home: Home, progress: Progress) -> None:
        self.asked.append(f"copy {place.name}")
        program(place)

    def unpack(self, package: AptPackage, place: Path, home: Home, progress: Progress) -> None:
        self.asked.append(f"unpack {place.name}")
        program(place, "docker-registry 2.8.2")

    def standin(self, module: str, wrapper: Path, home: Home, progress: Progress) -> None:
        self.asked.append(f"stand-in {wrapper.name}")
        wrapper.parent.mkdir(parents=True, exist_ok=True)
        wrapper.write_text(f"#!/bin/sh\n{standins.MARKER}\n")

    def run(self, command: list[str], log: Path, mend: str, *, environ: Mapping[str, str]) -> None:
        *_, name, version = command
        self.asked.append(f"plugin {name} {version}")
        if not self.plugins_to_be_had:
            raise ToolchainError("refused", mend)
        program(Path(environ["PULUMI_HOME"]) / f"plugins/resource-{name}-v{version}/pulumi-resource-{name}")


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> tuple[Home, Path]:
    return bare_machine(monkeypatch, tmp_path)


@pytest.fixture
def workshop(monkeypatch: pytest.MonkeyPatch) -> Workshop:
    return Workshop(monkeypatch)


def quiet() -> Progress:
    return Progress(io.StringIO(), quiet=60)


def test_without_the_web_the_engine_is_built_at_once_and_the_rest_stands_in(
    machine: tuple[Home, Path], workshop: Workshop
) -> None:
    home, _ = machine
    programs = ensure(ENGINE, home, quiet())
    assert workshop.asked == [
        "build pulumi pulumi-resource-docker-build",
        "stand-in pulumi-language-python",
        "copy pulumi-language-python-exec",
        "copy pulumi-resource-pulumi-python",
        "stand-in pulumi-resource-kubernetes",
        "stand-in pulumi-resource-random",
    ]
    assert sorted(programs) == sorted(ENGINE)


def test_what_was_brought_is_not_brought_again(machine: tuple[Home, Path], workshop: Workshop) -> None:
    home, _ = machine
    first = ensure(ENGINE, home, quiet())
    workshop.asked.clear()
    assert ensure(ENGINE, home, quiet()) == first
    assert workshop.asked == []


def test_with_the_web_and_an_official_cli_nothing_is_built_and_nothing_stands_in(
    machine: tuple[Home, Path], workshop: Workshop
) -> None:
    home, folder = machine
    workshop.online = True
    for name in ("pulumi", "pulumi-language-python", "pulumi-language-python-exec", "pulumi-resource-pulumi-python"):
        program(folder / name, "v3.250.0")
    ensure(ENGINE, home, quiet())
    assert workshop.asked == ["plugin docker-build 0.0.22", "plugin kubernetes 4.32.0", "plugin random 4.21.1"]


def test_a_provider_that_the_web_does_not_give_is_built_or_stands_in(
    machine: tuple[Home, Path], workshop: Workshop
) -> None:
    home, folder = machine
    workshop.online = True
    workshop.plugins_to_be_had = False
    program(folder / "pulumi", "v3.250.0")
    ensure(["docker-build", "random"], home, quiet())
    assert workshop.asked == [
        "plugin docker-build 0.0.22",
        "build pulumi-resource-docker-build",
        "plugin random 4.21.1",
        "stand-in pulumi-resource-random",
    ]


def test_a_provider_that_the_web_does_not_give_is_not_asked_for_again_at_once(
    machine: tuple[Home, Path], workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, folder = machine
    workshop.online = True
    workshop.plugins_to_be_had = False
    program(folder / "pulumi", "v3.250.0")
    noted: list[Home] = []
    monkeypatch.setattr(web, "note_unreachable", noted.append)
    ensure(["random"], home, quiet())
    assert noted == [home]


def test_an_official_language_host_replaces_its_stand_in(machine: tuple[Home, Path], workshop: Workshop) -> None:
    home, folder = machine
    ensure(["pulumi-language-python"], home, quiet())
    assert standins.is_standin(home.bin / "pulumi-language-python")
    program(folder / "pulumi", "v3.250.0")
    host = program(folder / "pulumi-language-python")
    assert ensure(["pulumi-language-python"], home, quiet()) == {"pulumi-language-python": host}
    assert not (home.bin / "pulumi-language-python").exists()
    assert workshop.asked == ["stand-in pulumi-language-python"]


def test_a_provider_that_can_be_fetched_replaces_its_stand_in(machine: tuple[Home, Path], workshop: Workshop) -> None:
    home, folder = machine
    ensure(["random"], home, quiet())
    workshop.online = True
    program(folder / "pulumi", "v3.250.0")
    path = ensure(["random"], home, quiet())["random"]
    assert not standins.is_standin(path)


def test_a_program_unpacked_from_debian_says_its_own_version(machine: tuple[Home, Path], workshop: Workshop) -> None:
    home, _ = machine
    ensure(["docker-registry"], home, quiet())
    found = find(pins().tool("docker-registry"), home)
    assert found is not None
    assert (found.origin, found.version) == ("apt", "2.8.2")
    assert workshop.asked == ["unpack docker-registry"]


def test_what_was_brought_before_a_failure_is_kept(
    machine: tuple[Home, Path], workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, _ = machine

    def failing(*_: object) -> None:
        raise ToolchainError("PyPI is out of reach", "wait")

    monkeypatch.setattr(standins, "install", failing)
    with pytest.raises(ToolchainError, match="PyPI is out of reach"):
        ensure(ENGINE, home, quiet())
    monkeypatch.setattr(standins, "install", workshop.standin)
    workshop.asked.clear()
    ensure(ENGINE, home, quiet())
    assert not any(asked.startswith("build") for asked in workshop.asked)


def test_a_pinned_download_goes_before_building(
    machine: tuple[Home, Path], workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, _ = machine
    workshop.online = True

    def offered(tool: Tool) -> tuple[str, str] | None:
        return ("url", "digest") if tool.name == "pulumi" else None

    def bring(tool: Tool, into: Home, _: Progress) -> Path:
        return program(into.bin / tool.name, "v3.245.0")

    monkeypatch.setattr(download, "offered", offered)
    monkeypatch.setattr(download, "bring", bring)
    ensure(["pulumi"], home, quiet())
    found = find(pins().tool("pulumi"), home)
    assert found is not None
    assert found.origin == "download"
    assert workshop.asked == []


def test_a_second_run_waits_for_the_first_and_says_so(machine: tuple[Home, Path], workshop: Workshop) -> None:
    home, _ = machine
    home.run.mkdir(parents=True)
    stream = io.StringIO()
    second = threading.Thread(target=ensure, args=(["random"], home, Progress(stream, quiet=60)))
    with (home.run / "install.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        second.start()
        assert eventually(lambda: "waiting for another run" in stream.getvalue())
        assert workshop.asked == []
    second.join(60)
    assert workshop.asked == ["stand-in pulumi-resource-random"]


def test_a_home_that_cannot_be_made_is_an_error_with_a_mend(tmp_path: Path, workshop: Workshop) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ToolchainError, match="bringing tools into"):
        ensure(["random"], Home(tmp_path / "file" / "home"), quiet())
    assert workshop.asked == []
