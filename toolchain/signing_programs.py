"""Programs that sign and check signatures: each is started with the secrets of who signs by it, and no others."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from toolchain import install, oci
from toolchain.errors import ToolchainError
from toolchain.home import Home
from toolchain.keyless import TOKEN_VARIABLE
from toolchain.progress import Progress

PASSWORD_VARIABLE = "COSIGN_PASSWORD"  # noqa: S105 - the name of cosign's own variable
"""Holds the password of the private keys; without it, that of the keys that slipway makes by itself for `dev`."""

SECRETS = (PASSWORD_VARIABLE, TOKEN_VARIABLE)
"""Variables that only who signs is given."""


def without_secrets(environ: Mapping[str, str]) -> dict[str, str]:
    """The variables for a program that signs nothing: it reads what others have written, and may be had by it."""
    return {variable: value for variable, value in environ.items() if variable not in SECRETS}


def started(
    home: Home,
    name: str,
    command: Sequence[str],
    environ: Mapping[str, str],
    *,
    seconds: float,
    cwd: Path | None = None,
) -> subprocess.CompletedProcess[str]:
    """A call of a program, over; never raises for its exit code.

    Args:
        home: where the program is.
        name: the program's.
        command: its arguments.
        environ: variables on top of this process's own, without `SECRETS`.
        seconds: how long it may take.
        cwd: where it runs.

    Raises:
        ToolchainError: the program cannot be had, or did not end in time.
    """
    program = install.ensure([name], home, Progress())[name]
    try:
        return subprocess.run(
            [str(program), *command],
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            stdin=subprocess.DEVNULL,
            timeout=seconds,
            env={**without_secrets(os.environ), **environ},
            cwd=cwd,
        )
    except subprocess.TimeoutExpired:
        raise ToolchainError(
            f"{name} {command[0]} did not end within {seconds:.0f} s", oci.mend_of("timed out")
        ) from None
