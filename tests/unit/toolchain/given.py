"""Machines to test with: homes, and programs on PATH."""

import os
from pathlib import Path

import pytest

from toolchain import files, installed, web
from toolchain.home import Home


def program(path: Path, prints: str = "", code: int = 0) -> Path:
    """A program that prints a text and ends."""
    files.write(path, f"#!/bin/sh\nprintf '%s\\n' '{prints}'\nexit {code}\n", mode=0o755)
    return path


def bare_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> tuple[Home, Path]:
    """A machine whose PATH holds one empty folder; gives its home and that folder."""
    folder = tmp_path / "path"
    folder.mkdir()
    monkeypatch.setenv("PATH", os.pathsep.join([str(folder), "/nowhere"]))
    monkeypatch.setattr(installed, "SYSTEM_FOLDERS", ())
    return Home(tmp_path / "home"), folder


def web_is(monkeypatch: pytest.MonkeyPatch, reachable: bool) -> None:
    """Whether official releases are within reach."""

    def answer(_: Home) -> bool:
        return reachable

    monkeypatch.setattr(web, "reachable", answer)
