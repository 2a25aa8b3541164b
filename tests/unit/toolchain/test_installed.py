"""A tool is found where it is, if it is still what the pins ask for."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.unit.toolchain.given import bare_machine, program
from toolchain import gobuild, installed, standins
from toolchain.home import Home
from toolchain.installed import Installed, find, remember, target
from toolchain.pins import pins

PULUMI = pins().tool("pulumi")
RANDOM = pins().tool("random")
HOST = pins().tool("pulumi-language-python")
BUILDER = pins().tool("docker-build")


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> tuple[Home, Path]:
    return bare_machine(monkeypatch, tmp_path)


def standin(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{standins.MARKER}: toolchain.plugins.random\n")
    path.chmod(0o755)
    return path


def built(home: Home) -> Installed:
    path = program(target(PULUMI, home), "v3.245.0")
    return remember(PULUMI, Installed("built", PULUMI.version, path, gobuild.key("engine")), home)


def test_a_bare_machine_has_nothing(machine: tuple[Home, Path]) -> None:
    home, _ = machine
    assert [tool.name for tool in pins().tools.values() if find(tool, home)] == []


def test_a_program_on_path_that_fits_is_used(machine: tuple[Home, Path]) -> None:
    home, folder = machine
    path = program(folder / "pulumi", "v3.250.0")
    found = find(PULUMI, home)
    assert found is not None
    assert (found.origin, found.version, found.path) == ("PATH", "3.250.0", path)


@pytest.mark.parametrize("prints", ["v3.244.0", "v4.0.0", "not a version"])
def test_a_program_on_path_that_does_not_fit_is_not_used(machine: tuple[Home, Path], prints: str) -> None:
    home, folder = machine
    program(folder / "pulumi", prints)
    assert find(PULUMI, home) is None


def test_a_program_on_path_that_fails_is_not_used(machine: tuple[Home, Path]) -> None:
    home, folder = machine
    program(folder / "pulumi", "v3.250.0", code=1)
    assert find(PULUMI, home) is None


def test_the_homes_own_folder_on_path_is_not_the_machines(
    machine: tuple[Home, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    home, _ = machine
    program(home.bin / "pulumi", "v3.245.0")
    monkeypatch.setenv("PATH", str(home.bin))
    assert find(PULUMI, home) is None


def test_what_was_built_from_these_pins_is_found(machine: tuple[Home, Path]) -> None:
    home, _ = machine
    expected = built(home)
    assert find(PULUMI, home) == expected


def test_what_was_built_from_other_pins_is_not(machine: tuple[Home, Path]) -> None:
    home, _ = machine
    remember(PULUMI, replace(built(home), key="other"), home)
    assert find(PULUMI, home) is None


def test_what_was_built_and_removed_is_not_found(machine: tuple[Home, Path]) -> None:
    home, _ = machine
    built(home).path.unlink()
    assert find(PULUMI, home) is None


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"origin": "built"}'])
def test_a_damaged_memory_is_no_memory(machine: tuple[Home, Path], content: str) -> None:
    home, _ = machine
    built(home)
    installed.stamp(PULUMI, home).write_text(content)
    assert find(PULUMI, home) is None


def test_a_program_on_path_that_was_remembered_is_not_asked_again(machine: tuple[Home, Path]) -> None:
    home, folder = machine
    path = program(folder / "pulumi", "v3.250.0")
    found = find(PULUMI, home)
    assert found is not None
    remember(PULUMI, replace(found, version="as remembered"), home)
    assert find(PULUMI, home) == Installed("PATH", "as remembered", path, found.key)


def test_a_program_on_path_that_was_replaced_is_asked_again(machine: tuple[Home, Path]) -> None:
    home, folder = machine
    program(folder / "pulumi", "v3.250.0")
    found = find(PULUMI, home)
    assert found is not None
    remember(PULUMI, found, home)
    program(folder / "pulumi", "v3.100.0 has another size")
    assert find(PULUMI, home) is None


def test_a_program_that_left_the_path_is_not_found(machine: tuple[Home, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    home, folder = machine
    program(folder / "pulumi", "v3.250.0")
    found = find(PULUMI, home)
    assert found is not None
    remember(PULUMI, found, home)
    monkeypatch.setenv("PATH", "/nowhere")
    assert find(PULUMI, home) is None


def test_an_official_provider_wins_over_a_remembered_stand_in(machine: tuple[Home, Path]) -> None:
    home, _ = machine
    path = standin(target(RANDOM, home))
    remember(RANDOM, Installed("stand-in", RANDOM.version, path, standins.key()), home)
    assert find(RANDOM, home) is not None
    path.write_bytes(b"\x7fELF official")
    found = find(RANDOM, home)
    assert found is not None
    assert found.origin == "download"


def test_a_stand_in_from_other_source_is_made_again(machine: tuple[Home, Path]) -> None:
    home, _ = machine
    path = standin(target(RANDOM, home))
    remember(RANDOM, Installed("stand-in", RANDOM.version, path, "other source"), home)
    assert find(RANDOM, home) is None


def test_what_an_official_cli_brings_is_used_from_its_folder(machine: tuple[Home, Path]) -> None:
    home, folder = machine
    program(folder / "pulumi", "v3.250.0")
    host = program(folder / "pulumi-language-python")
    found = find(HOST, home)
    assert found is not None
    assert (found.origin, found.version, found.path) == ("PATH", "3.250.0", host)


def test_what_an_outdated_cli_brings_is_not_used(machine: tuple[Home, Path]) -> None:
    home, folder = machine
    program(folder / "pulumi", "v3.100.0")
    program(folder / "pulumi-language-python")
    assert find(HOST, home) is None


def test_a_stand_in_of_another_home_is_no_official_program(machine: tuple[Home, Path]) -> None:
    home, folder = machine
    program(folder / "pulumi", "v3.250.0")
    standin(folder / "pulumi-language-python")
    assert find(HOST, home) is None


def test_a_provider_that_was_put_there_without_a_memory_is_not_trusted_to_be_what_is_pinned(
    machine: tuple[Home, Path],
) -> None:
    home, _ = machine
    program(target(BUILDER, home))
    assert find(BUILDER, home) is None
