"""Exit codes, messages without tracebacks, colours only where they are wanted."""

from __future__ import annotations

import os
import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from cli import failures, terminal
from cli.failures import BadInputError, CommandError
from cli.main import COMMANDS, main
from toolchain.errors import ToolchainError


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (CommandError("it failed"), 1),
        (BadInputError("what you gave"), 2),
        (ToolchainError("no disk", "make room"), 1),
        (click.UsageError("no such option"), 2),
        (KeyboardInterrupt(), 130),
        (click.Abort(), 130),
        (FileNotFoundError(2, "No such file", "x.yaml"), 1),
        (ZeroDivisionError("a mistake of ours"), 1),
    ],
)
def test_every_failure_has_its_exit_code_and_a_message_without_a_traceback(
    error: BaseException, code: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SLIPWAY_DEBUG", raising=False)
    assert failures.report(error) == code
    said = capsys.readouterr().err
    assert said.strip()
    assert "Traceback" not in said


def test_debugging_shows_the_traceback(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLIPWAY_DEBUG", "1")
    try:
        raise ZeroDivisionError("ours")
    except ZeroDivisionError as error:
        failures.report(error)
    assert "Traceback" in capsys.readouterr().err


def test_a_failure_that_was_told_already_adds_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert failures.report(CommandError()) == 1
    assert capsys.readouterr().err == ""


def test_an_unknown_command_is_bad_usage() -> None:
    assert CliRunner().invoke(main, ["upp"]).exit_code == 2


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name: str) -> None:
    said = CliRunner().invoke(main, [name, "--help"])
    assert said.exit_code == 0
    assert len(said.output.splitlines()) > 5


def test_the_help_lists_every_command() -> None:
    said = CliRunner().invoke(main, ["--help"]).output
    assert [name for name in COMMANDS if f"  {name} " not in said] == []


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_printed_for_each_shell(shell: str) -> None:
    said = CliRunner().invoke(main, ["completion", shell])
    assert said.exit_code == 0
    assert "_SLIPWAY_COMPLETE" in said.output


class Terminal:
    def isatty(self) -> bool:
        return True


def test_a_terminal_gets_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert terminal.colored(Terminal())


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_who_wants_no_colours_gets_none(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    assert not terminal.colored(Terminal())


def test_a_pipe_gets_no_colours() -> None:
    said = subprocess.run(
        [sys.executable, "-m", "cli.main", "up", "--stack", "nosuch"],
        capture_output=True,
        check=False,
        env={name: value for name, value in os.environ.items() if name != "NO_COLOR"},
    )
    assert said.returncode == 2
    assert b"\x1b" not in said.stderr


def test_a_reader_that_leaves_early_is_no_mistake_of_ours() -> None:
    said = subprocess.run(
        ["sh", "-c", f"{sys.executable} -m cli.main schema | head -c 1"], capture_output=True, text=True, check=False
    )
    assert "mistake" not in said.stderr
    assert "Exception" not in said.stderr
