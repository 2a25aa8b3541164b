"""Programs run with their output in a log; their failure is one message."""

import sys
from pathlib import Path

import pytest

from toolchain.commands import output_of, run, tail
from toolchain.errors import ToolchainError


def python(program: str) -> list[str]:
    return [sys.executable, "-c", program]


def test_what_a_program_prints_is_in_the_log(tmp_path: Path) -> None:
    run(python("import sys; print('out'); print('err', file=sys.stderr)"), tmp_path / "logs" / "a.log", "mend")
    assert sorted((tmp_path / "logs" / "a.log").read_text().split()) == ["err", "out"]


def test_a_failed_program_is_told_with_its_last_words_and_the_mend(tmp_path: Path) -> None:
    with pytest.raises(ToolchainError) as caught:
        run(python("print('the reason'); raise SystemExit(3)"), tmp_path / "a.log", "try again")
    assert "ended with code 3" in caught.value.message
    assert "the reason" in caught.value.message
    assert caught.value.mend == f"try again (all of it: {tmp_path / 'a.log'})"


def test_a_program_that_is_not_there_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(ToolchainError, match="/no/such/program cannot be started: No such file or directory"):
        run(["/no/such/program"], tmp_path / "a.log", "mend")


def test_a_full_disk_is_said_in_plain_words(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text("write /x: no space left on device\n")
    assert tail(tmp_path / "a.log").endswith("the disk is full")


def test_variables_are_added_to_the_callers(tmp_path: Path) -> None:
    run(
        python("import os; print(os.environ['ADDED'], 'PATH' in os.environ)"),
        tmp_path / "a.log",
        "",
        environ={"ADDED": "1"},
    )
    assert (tmp_path / "a.log").read_text() == "1 True\n"


@pytest.mark.parametrize("command", [["/no/such/program"], python("raise SystemExit(1)")])
def test_a_probe_that_fails_answers_nothing(command: list[str]) -> None:
    assert output_of(command) is None


def test_a_probe_that_hangs_is_given_up() -> None:
    assert output_of(python("import time; time.sleep(60)"), timeout=0.2) is None


def test_a_probe_answers_with_both_streams() -> None:
    assert output_of(python("import sys; print('a', file=sys.stderr)")) == "a\n"
