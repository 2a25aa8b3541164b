"""A lock is cleared only when nobody can hold it any more."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from toolchain.locks import Lock, locks_of


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A live process by the name of the engine."""
    program = tmp_path / "bin" / "pulumi"
    program.parent.mkdir()
    shutil.copy("/bin/sleep", program)
    process = subprocess.Popen([str(program), "600"])
    yield process
    process.kill()
    process.wait()


def write_lock(state: Path, pid: int, host: str | None = None, since: datetime | None = None) -> Path:
    file = state / ".pulumi" / "locks" / "organization" / "slipway" / "dev" / "a.json"
    file.parent.mkdir(parents=True)
    content = {
        "pid": pid,
        "username": "somebody",
        "hostname": host or socket.gethostname(),
        "timestamp": (since or datetime.now(UTC)).isoformat().replace("+00:00", "000Z"),
    }
    file.write_text(json.dumps(content))
    return file


def dead_pid() -> int:
    process = subprocess.Popen(["true"])
    process.wait()
    return process.pid


def test_a_dead_owners_lock_is_stale(tmp_path: Path) -> None:
    file = write_lock(tmp_path, dead_pid())
    assert locks_of(tmp_path, "slipway", "dev").stale == (file,)


def test_a_live_engines_lock_holds(tmp_path: Path, engine: subprocess.Popen[bytes]) -> None:
    file = write_lock(tmp_path, engine.pid)
    found = locks_of(tmp_path, "slipway", "dev")
    assert [lock.file for lock in found.held] == [file]
    assert found.stale == ()


def test_a_pid_that_another_program_has_now_holds_nothing(tmp_path: Path) -> None:
    write_lock(tmp_path, os.getpid())
    assert locks_of(tmp_path, "slipway", "dev").held == ()


def test_a_pid_that_a_later_engine_has_now_holds_nothing(tmp_path: Path, engine: subprocess.Popen[bytes]) -> None:
    write_lock(tmp_path, engine.pid, since=datetime.now(UTC) - timedelta(days=1))
    assert locks_of(tmp_path, "slipway", "dev").held == ()


def test_another_machines_lock_holds_whatever_its_pid(tmp_path: Path) -> None:
    write_lock(tmp_path, dead_pid(), host="another-machine")
    (held,) = locks_of(tmp_path, "slipway", "dev").held
    assert "somebody@another-machine" in held.holder()


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"pid": "x"}'])
def test_a_file_that_is_no_lock_holds_nothing(tmp_path: Path, content: str) -> None:
    file = write_lock(tmp_path, os.getpid())
    file.write_text(content)
    assert Lock.read(file) is None
    assert locks_of(tmp_path, "slipway", "dev").stale == (file,)


def test_another_stacks_lock_is_not_looked_at(tmp_path: Path) -> None:
    write_lock(tmp_path, dead_pid())
    assert locks_of(tmp_path, "slipway", "prod").stale == ()
