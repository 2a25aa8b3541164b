"""A run is recorded, recognised after its engine died, and everything it left running is ended; nothing else is."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolchain import runs
from toolchain.runs import RUN_ID_VARIABLE, ProcessMark, Run, RunFolder, processes_of, reap

Spawn = Callable[..., "subprocess.Popen[str]"]

SLEEP = "print('ready', flush=True); import time; time.sleep(600)"
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {SLEEP}"


@pytest.fixture
def spawn() -> Iterator[Spawn]:
    """Start a process that carries a run's id and waits; everything started is ended after the test."""
    started: list[subprocess.Popen[str]] = []

    def start(run_id: str, program: str = SLEEP) -> subprocess.Popen[str]:
        environment = {**os.environ, RUN_ID_VARIABLE: run_id}
        process = subprocess.Popen([sys.executable, "-c", program], env=environment, stdout=subprocess.PIPE, text=True)
        started.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def test_a_process_is_recognised_by_pid_and_start_time() -> None:
    own = ProcessMark.of(os.getpid())
    assert own is not None
    assert own.alive()
    assert not replace(own, started=own.started - 3600).alive()


def test_a_process_that_ended_is_not_alive(spawn: Spawn) -> None:
    process = spawn("a")
    mark = ProcessMark.of(process.pid)
    assert mark is not None
    process.kill()
    process.wait()
    assert not mark.alive()


def test_a_zombie_is_not_alive(spawn: Spawn) -> None:
    process = spawn("a")
    mark = ProcessMark.of(process.pid)
    assert mark is not None
    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert not mark.alive()


def test_a_run_without_an_engine_yet_lives_as_long_as_its_wrapper() -> None:
    run = Run.new("dev", "up")
    assert run.live()
    assert not replace(run, wrapper=replace(run.wrapper, started=0.0)).live()


def test_a_run_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    run = Run.new("dev", "up").with_engine(os.getpid())
    folder = RunFolder(tmp_path, "dev")
    folder.write(run)
    assert folder.runs() == [run]


def test_a_record_that_was_cut_short_is_removed(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path, "dev")
    folder.path.mkdir(parents=True)
    (folder.path / "a.json").write_text('{"id": "a", "sta')
    assert folder.runs() == []
    assert list(folder.path.iterdir()) == []


@given(st.text())
def test_any_text_is_a_record_or_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match="not the record of a run"):
        Run.from_json(text)


def test_reaping_ends_what_carries_the_id_and_leaves_another_run_alone(spawn: Spawn) -> None:
    spawn("dead")
    live = spawn("live")
    assert reap("dead") == 1
    assert list(processes_of("dead")) == []
    assert live.poll() is None


def test_reaping_ends_a_process_that_does_not_want_to_leave(spawn: Spawn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "GRACE_S", 0.2)
    spawn("dead", STUBBORN)
    assert reap("dead") == 1
    assert list(processes_of("dead")) == []


def test_reaping_ends_children_that_inherited_the_id(spawn: Spawn) -> None:
    child = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {SLEEP!r}])"
    parent = spawn("dead", f"{child}; import time; time.sleep(600)")
    children = psutil.Process(parent.pid).children()
    assert reap("dead") == 2
    assert not any(ProcessMark(process.pid, process.create_time()).alive() for process in children)


def test_nothing_to_reap_is_nothing(spawn: Spawn) -> None:
    spawn("live")
    assert reap("never used") == 0


def test_this_process_is_never_among_a_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(RUN_ID_VARIABLE, "own")
    assert list(processes_of("own")) == []
