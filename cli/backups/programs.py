"""Runs the client of a cluster or of a Docker engine, which reaches into containers."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from typing import IO

from cli.failures import CommandError

REFUSED = 2
"""With this code the program in the container refuses, in words meant for whoever asked."""

_NOISE = "command terminated with exit code"
"""What kubectl adds of its own."""


def client(name: str, environment: Mapping[str, str]) -> str:
    """The path of a client.

    Raises:
        CommandError: it is not there.
    """
    found = shutil.which(name, path=environment.get("PATH"))
    if found is None:
        raise CommandError(f"`{name}` is missing: it reaches into containers\n  mend: install it, and run again")
    return found


def call(command: Sequence[str], environment: Mapping[str, str], given: str | None = None) -> str:
    """Runs a command to its end; what it printed.

    Raises:
        CommandError: it failed, in its own words.
    """
    done = subprocess.run(command, env=environment, input=given, capture_output=True, text=True, check=False)
    if done.returncode:
        raise _failed(command, done.stderr)
    return done.stdout


@contextmanager
def reading(command: Sequence[str], environment: Mapping[str, str]) -> Generator[IO[bytes]]:
    """What a command prints, while it prints it.

    Raises:
        CommandError: it failed, in its own words.
    """
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        if process.stdout is None or process.stderr is None:
            raise AssertionError("both are pipes")
        yield process.stdout
        process.stdout.read()  # what follows the end of an archive
        said = process.stderr.read().decode()
    if process.returncode:
        raise _failed(command, said)


def _failed(command: Sequence[str], said: str) -> CommandError:
    words = "\n".join(line for line in said.strip().splitlines() if not line.startswith(_NOISE))
    return CommandError(words or f"`{command[0]}` failed")
