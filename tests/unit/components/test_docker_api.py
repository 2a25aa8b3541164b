"""Calls reach whichever engine they are for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from components.docker_api import AbsentError, call
from tests.unit.components.api_server import Server, serving

BRIDGE = """#!/usr/bin/env python3
import os, socket, threading
there = socket.socket(socket.AF_UNIX)
there.connect(%r)
def send():
    while (data := os.read(0, 4096)):
        there.sendall(data)
    there.shutdown(socket.SHUT_WR)
threading.Thread(target=send, daemon=True).start()
while (data := there.recv(4096)):
    os.write(1, data)
"""


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Server]:
    with serving(tmp_path) as server:
        yield server


def test_an_object_is_sent_and_the_answer_is_read(engine: Server):
    assert call(engine.address, "POST", "/containers/1a/update", {"PidsLimit": 64}) == {"Warnings": None}
    assert engine.asked == [("/containers/1a/update", b'{"PidsLimit": 64}')]


def test_the_engine_that_the_environment_names_is_meant_unless_another_is(
    engine: Server, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("DOCKER_HOST", engine.address)

    call("", "POST", "/containers/1a/restart")

    assert engine.asked


def test_a_refusal_is_told_in_the_engines_words(engine: Server):
    with pytest.raises(AbsentError, match="No such container"):
        call(engine.address, "POST", "/containers/missing/restart")


def test_a_host_behind_ssh_is_reached_as_dockers_own_client_does(
    engine: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    program = tmp_path / "ssh"
    program.write_text(BRIDGE % str(engine.server_address))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    call("ssh://deploy@host:2222", "POST", "/containers/1a/restart")

    assert [path for path, _ in engine.asked] == ["/containers/1a/restart"]
