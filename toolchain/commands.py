"""Running other programs: their output in a log, their failure as one clear sentence."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from toolchain.errors import ToolchainError

TAIL_LINES = 12
"""How much of a failed program's output a message shows."""

PROBE_TIMEOUT_S = 20.0


def run(
    command: Sequence[str],
    log: Path,
    mend: str,
    *,
    environ: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> None:
    """Run a program to its end, everything it prints in `log`.

    Args:
        command: Program and arguments.
        log: Replaced, so that it holds this run only.
        mend: What to do if it fails.
        environ: Variables on top of this process' own.
        cwd: Where it runs.

    Raises:
        ToolchainError: It is not there, or ended with another code than 0; with the end of what it printed.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as output:
        try:
            code = subprocess.run(
                command,
                stdout=output,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                env={**os.environ, **(environ or {})},
                cwd=cwd,
                check=False,
            ).returncode
        except OSError as error:
            raise ToolchainError(f"{command[0]} cannot be started: {error.strerror}", mend) from error
    if code != 0:
        raise ToolchainError(f"{command[0]} ended with code {code}:\n{tail(log)}", f"{mend} (all of it: {log})")


def tail(log: Path, lines: int = TAIL_LINES) -> str:
    """The last lines of a log, indented; empty if there is none."""
    try:
        text = log.read_text(errors="replace")
    except OSError:
        return ""
    if "no space left on device" in text.lower():
        text += "\nthe disk is full"
    return "\n".join(f"    {line}" for line in text.rstrip().splitlines()[-lines:])


def output_of(
    command: Sequence[str], timeout: float = PROBE_TIMEOUT_S, environ: Mapping[str, str] | None = None
) -> str | None:
    """What a program prints, both streams; None if it is not there, fails, or takes longer than `timeout` seconds.

    `environ` is its whole environment, this process' own by default.
    """
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, errors="replace", timeout=timeout, check=False,
            stdin=subprocess.DEVNULL, env=environ,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout + done.stderr if done.returncode == 0 else None
