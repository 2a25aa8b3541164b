import os
import platform
import shutil
import sys
from pathlib import Path

import pytest

from toolchain import debian
from toolchain.cluster import machine
from toolchain.errors import ToolchainError
from toolchain.home import Home
from toolchain.pins import AptPackage
from toolchain.progress import Progress


def ensure() -> machine.Machine:
    return machine.ensure(Home(Path("/nowhere")), Progress())


def which(name: str, path: str | None = None) -> str | None:
    return f"/bin/{name}"


def which_but_iptables(name: str, path: str | None = None) -> str | None:
    return None if "iptables" in name else which(name)


@pytest.fixture(autouse=True)
def fitting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Root on Linux, on a processor that is supported, with every program there."""
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(platform, "machine", lambda: "aarch64")
    monkeypatch.setattr(shutil, "which", which)


def test_a_fitting_machine_is_taken_as_it_is() -> None:
    assert ensure() == machine.Machine("/bin/runc", "arm64")


def test_a_missing_program_is_brought_by_its_package_once(monkeypatch: pytest.MonkeyPatch) -> None:
    installed: list[str] = []

    def install(package: AptPackage, home: Home, progress: Progress) -> None:
        installed.append(package.package)

    monkeypatch.setattr(shutil, "which", which_but_iptables)
    monkeypatch.setattr(debian, "install", install)

    ensure()

    assert installed == ["iptables"]


@pytest.mark.parametrize(
    ("where", "name", "answer", "words"),
    [
        (sys, "platform", "darwin", "this is darwin"),
        (os, "geteuid", lambda: 1000, "needs root"),
        (platform, "machine", lambda: "riscv64", "riscv64 processor"),
    ],
    ids=["mac", "user", "processor"],
)
def test_another_machine_is_refused_with_what_to_use_instead(
    monkeypatch: pytest.MonkeyPatch, where: object, name: str, answer: object, words: str
) -> None:
    monkeypatch.setattr(where, name, answer)

    with pytest.raises(ToolchainError, match=words) as caught:
        ensure()
    assert "kind, k3d" in caught.value.mend
