"""Debian's packages are installed or unpacked, with fresh lists if need be."""

import os
from pathlib import Path

import pytest

from tests.unit.toolchain.given import bare_machine
from toolchain import debian, files
from toolchain.errors import ToolchainError
from toolchain.home import Home
from toolchain.pins import AptPackage
from toolchain.progress import Progress

APT = """#!/bin/sh
echo "$@" >> {calls}
case "$1" in
  update) : > {lists} ;;
  *) [ -e {lists} ] || {{ echo "Unable to locate package"; exit 100; }} ;;
esac
[ "$1" = download ] && : > package_1.deb
exit 0
"""

UNPACK = """#!/bin/sh
mkdir -p "$3/usr/bin" && echo program > "$3/usr/bin/tool"
"""

PACKAGE = AptPackage("tool", "unpack", "usr/bin/tool")


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> tuple[Home, Path]:
    """A Debian machine without package lists; gives its home and the file that notes apt's calls."""
    home, folder = bare_machine(monkeypatch, tmp_path)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}/bin{os.pathsep}/usr/bin")
    monkeypatch.setattr(debian.os, "geteuid", lambda: 0)
    calls = tmp_path / "calls"
    files.write(folder / "apt-get", APT.format(calls=calls, lists=tmp_path / "lists"), mode=0o755)
    files.write(folder / "dpkg-deb", UNPACK, mode=0o755)
    return home, calls


def quiet() -> Progress:
    return Progress(quiet=60)


def verbs(calls: Path) -> list[str]:
    return [line.split()[0] for line in calls.read_text().splitlines()]


def test_a_new_machines_package_lists_are_brought_first(machine: tuple[Home, Path]) -> None:
    home, calls = machine
    debian.install(PACKAGE, home, quiet())
    assert verbs(calls) == ["install", "update", "install"]


def test_package_lists_that_are_there_are_used(machine: tuple[Home, Path]) -> None:
    home, calls = machine
    calls.with_name("lists").touch()
    debian.install(PACKAGE, home, quiet())
    assert verbs(calls) == ["install"]
    assert "--no-install-recommends" in calls.read_text()


def test_an_unpacked_program_is_in_place_and_nothing_is_installed(machine: tuple[Home, Path]) -> None:
    home, calls = machine
    debian.unpack(PACKAGE, home.bin / "tool", home, quiet())
    assert (home.bin / "tool").read_text() == "program\n"
    assert "install" not in verbs(calls)
    assert list(home.debs.iterdir()) == []


def test_another_user_than_root_is_told_what_to_run(
    machine: tuple[Home, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(debian.os, "geteuid", lambda: 1000)
    with pytest.raises(ToolchainError, match="only root may install it") as caught:
        debian.install(PACKAGE, machine[0], quiet())
    assert "sudo apt-get install --no-install-recommends tool" in caught.value.mend


def test_a_machine_without_apt_is_told_to_use_docker(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    home, _ = bare_machine(monkeypatch, tmp_path)
    with pytest.raises(ToolchainError, match="has no apt") as caught:
        debian.unpack(PACKAGE, home.bin / "tool", home, quiet())
    assert "start Docker" in caught.value.mend
