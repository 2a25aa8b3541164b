"""A service starts once, is found again, and ends with everything it started."""

import os
import sys
from collections.abc import Generator
from pathlib import Path

import psutil
import pytest

from toolchain import processes
from toolchain.errors import ToolchainError
from toolchain.home import Home
from toolchain.processes import Service
from toolchain.runs import ProcessMark

SERVE = """
import pathlib, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
pathlib.Path(sys.argv[1]).write_text(str(child.pid))
time.sleep(600)
"""


@pytest.fixture
def home(tmp_path: Path) -> Generator[Home]:
    home = Home(tmp_path / "home")
    yield home
    processes.stop(home, "service")
    processes.end_strays(arguments(home))


def arguments(home: Home, program: str = SERVE) -> tuple[str, ...]:
    return ("-c", program, str(home.root / "child"))


def service(home: Home, program: str = SERVE) -> Service:
    return Service("service", (sys.executable, *arguments(home, program)), home)


def start(home: Home) -> tuple[ProcessMark, int]:
    """Start a service that has a child; gives both processes."""
    child = home.root / "child"
    processes.start(service(home), lambda: child.is_file() and bool(child.read_text()), "mend")
    mark = processes.running(home, "service")
    assert mark is not None
    return mark, int(child.read_text())


def alive(pid: int) -> bool:
    mark = ProcessMark.of(pid)
    return mark is not None and mark.alive()


def test_a_service_that_answers_is_found_again(home: Home) -> None:
    mark, _ = start(home)
    assert mark.alive()


def test_a_stopped_service_leaves_no_process_and_no_record(home: Home) -> None:
    mark, child = start(home)
    assert processes.stop(home, "service")
    assert not mark.alive()
    assert not alive(child)
    assert not processes.record(home, "service").exists()


def test_stopping_what_does_not_run_says_so(home: Home) -> None:
    assert not processes.stop(home, "service")


def test_a_service_that_ends_at_once_is_an_error_with_its_last_words(home: Home) -> None:
    broken = service(home, "raise SystemExit('no configuration')")
    with pytest.raises(ToolchainError) as caught:
        processes.start(broken, lambda: False, "look")
    assert "service ended with code 1" in caught.value.message
    assert "no configuration" in caught.value.message
    assert str(broken.log) in caught.value.mend


def test_a_service_that_never_answers_is_ended(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "READY_TIMEOUT_S", 0.2)
    with pytest.raises(ToolchainError, match="did not answer"):
        processes.start(service(home), lambda: False, "look")
    assert processes.running(home, "service") is None


def test_a_program_that_is_not_there_is_an_error(home: Home) -> None:
    with pytest.raises(ToolchainError, match="cannot be started"):
        processes.start(Service("service", ("/no/such/program",), home), lambda: False, "look")


@pytest.mark.parametrize("content", ["", "{", "[]", '{"pid": 1}', '{"pid": 999999999, "started": 0}'])
def test_a_record_that_means_no_live_process_is_none(home: Home, content: str) -> None:
    processes.record(home, "service").parent.mkdir(parents=True)
    processes.record(home, "service").write_text(content)
    assert processes.running(home, "service") is None


def test_a_pid_that_another_process_has_by_now_is_left_alone(home: Home) -> None:
    processes.record(home, "service").parent.mkdir(parents=True)
    processes.record(home, "service").write_text(f'{{"pid": {os.getpid()}, "started": 1.0}}')
    assert not processes.stop(home, "service")


def test_a_service_without_a_record_is_ended_by_its_arguments(home: Home) -> None:
    mark, child = start(home)
    processes.record(home, "service").unlink()
    processes.end_strays(arguments(home))
    assert not mark.alive()
    assert not alive(child)


def test_a_service_inherits_no_secret_and_no_mark_of_a_run(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULUMI_CONFIG_PASSPHRASE", "canary")
    monkeypatch.setenv("SLIPWAY_RUN_ID", "run")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy")
    mark, _ = start(home)
    inherited = psutil.Process(mark.pid).environ()
    assert "PULUMI_CONFIG_PASSPHRASE" not in inherited
    assert "SLIPWAY_RUN_ID" not in inherited
    assert inherited["HTTPS_PROXY"] == "http://proxy"


def test_what_the_service_before_it_printed_is_kept(home: Home) -> None:
    # given a service that printed a word before it ended
    program = "import sys; print('why it ended', flush=True); " + SERVE.strip().replace("\n", "; ").lstrip("; ")
    processes.start(service(home, program), (home.root / "child").is_file, "mend")
    processes.stop(home, "service")
    # when it is started again
    start(home)
    # then the word is still to be read
    assert "why it ended" in service(home).previous_log.read_text()
    assert service(home).log.read_text() == ""
