"""Where a workload runs, as far as its backups are concerned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

PROGRAM = ("python3", "-m", "volume_backup")
"""The program of `images/backup`."""


class Place(Protocol):
    """A cluster or a Docker host, with one workload on it."""

    environment: Mapping[str, str]
    """The variables of the clients that reach it."""

    def inside(self, *arguments: str) -> Sequence[str]:
        """The command line that runs the program beside the workload, with these arguments."""
        ...

    def instead(self, volumes: Sequence[str], *arguments: str) -> None:
        """Runs the program in the workload's place, and starts the workload again, whatever became of it.

        Args:
            volumes: the volumes that it may write to, by name.
            arguments: the program's.

        Raises:
            CommandError: it failed, in its own words.
        """
        ...
