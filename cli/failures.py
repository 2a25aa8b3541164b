"""One place where failures become messages and exit codes.

0 ok · 1 the operation or a check failed · 2 bad usage or bad input · 128 + n ended by signal n (Ctrl-C: 130).
"""

from __future__ import annotations

import os
import traceback

import click

from cli import terminal
from toolchain.errors import ToolchainError

FAILED = 1
BAD_INPUT = 2
INTERRUPTED = 130


class CommandError(Exception):
    """The operation or the check failed. The message is shown; it may be empty when everything is said already."""

    def __init__(self, message: str = "", code: int = FAILED) -> None:
        super().__init__(message)
        self.code = code


class BadInputError(CommandError):
    """What the person gave cannot be worked with. The message says what was given, what is allowed, how to mend it."""

    def __init__(self, message: str) -> None:
        super().__init__(message, BAD_INPUT)


def report(error: BaseException) -> int:
    """Print why a command ended and return its exit code. SLIPWAY_DEBUG=1 adds the traceback of any failure."""
    if os.environ.get("SLIPWAY_DEBUG") == "1" and not isinstance(error, (SystemExit, click.exceptions.Exit)):
        traceback.print_exception(error)
    match error:
        case click.exceptions.Exit():
            return error.exit_code
        case SystemExit():
            return error.code if isinstance(error.code, int) else int(error.code is not None)
        case click.Abort() | KeyboardInterrupt():
            terminal.error("interrupted")
            return INTERRUPTED
        case click.ClickException():
            error.show()
            return BAD_INPUT
        case CommandError():
            if str(error):
                terminal.error(str(error))
            return error.code
        case ToolchainError():
            terminal.error(str(error))
            return FAILED
        case BrokenPipeError():
            # The reader of our output has left (`slipway doctor | head -1`). Python would complain while closing it.
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            return FAILED
        case OSError():
            terminal.error(f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}")
            return FAILED
        case _:
            terminal.error(
                f"slipway stopped at a mistake of its own: {type(error).__name__}: {error}\n"
                "  mend: run again with SLIPWAY_DEBUG=1 and report what it prints"
            )
            return FAILED
