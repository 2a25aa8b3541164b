"""Logins are found where `docker login` leaves them: in the file, or with a helper."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from toolchain.errors import ToolchainError
from toolchain.logins import Login, login

REGISTRY = "registry.example.com"


def environ(folder: Path, content: Any) -> dict[str, str]:
    (folder / "config.json").write_text(content if isinstance(content, str) else json.dumps(content))
    return {"DOCKER_CONFIG": str(folder), "PATH": f"{folder}:/usr/bin:/bin"}


def helper(folder: Path, script: str) -> None:
    program = folder / "docker-credential-site"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)


def test_without_a_configuration_there_is_no_login(tmp_path: Path) -> None:
    assert login(REGISTRY, {"DOCKER_CONFIG": str(tmp_path)}) is None


def test_a_login_in_the_file_is_found_by_its_registry(tmp_path: Path) -> None:
    given = environ(tmp_path, {"auths": {REGISTRY: {"auth": "Y2k6YTpi"}}})
    assert login(REGISTRY, given) == Login("ci", "a:b")
    assert login("other.example.com", given) is None


@pytest.mark.parametrize("key", ["credsStore", "credHelpers"])
def test_a_helper_is_asked_for_the_registry(tmp_path: Path, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    helper(tmp_path, """read asked; printf '{"Username": "ci", "Secret": "for %s"}' "$asked" """)
    given = environ(tmp_path, {key: "site" if key == "credsStore" else {REGISTRY: "site"}})
    monkeypatch.setenv("PATH", given["PATH"])
    assert login(REGISTRY, given) == Login("ci", f"for {REGISTRY}")


@pytest.mark.parametrize(
    ("script", "message"),
    [('echo "{"', "does not answer"), ("""echo '{"Username": "<token>", "Secret": "x"}'""", "no password")],
)
def test_a_helper_that_does_not_help_is_an_error_with_its_mend(
    tmp_path: Path, script: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    helper(tmp_path, script)
    given = environ(tmp_path, {"credsStore": "site"})
    monkeypatch.setenv("PATH", given["PATH"])
    with pytest.raises(ToolchainError, match=message):
        login(REGISTRY, given)


def test_a_helper_that_holds_none_is_no_login(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    helper(tmp_path, "echo credentials not found; exit 1")
    given = environ(tmp_path, {"credsStore": "site"})
    monkeypatch.setenv("PATH", given["PATH"])
    assert login(REGISTRY, given) is None


@pytest.mark.parametrize("content", ["{", {"auths": {REGISTRY: {"auth": "%"}}}])
def test_a_configuration_that_cannot_be_read_is_an_error(tmp_path: Path, content: Any) -> None:
    with pytest.raises(ToolchainError, match=r"config\.json cannot be read"):
        login(REGISTRY, environ(tmp_path, content))


def test_a_login_does_not_show_its_password() -> None:
    assert "canary" not in repr(Login("ci", "canary"))
