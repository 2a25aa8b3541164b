"""Calls restic, which keeps, encrypts and checks the snapshots."""

import datetime
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from volume_backup.settings import Settings

INCOMPLETE = "incomplete"
"""The tag of a snapshot that lacks files which could not be read."""

SOME_UNREAD = 3
"""restic's exit code for a snapshot that was made, and lacks files."""

ALWAYS = ("--no-cache", "--quiet")
"""No cache: the container's only writable folder is small, and forgotten with it."""

LEFT_OUT = ("lost+found", ".slipway-restoring", ".slipway-replaced")
"""In a volume's own folder: the file system's, and what a restore leaves when it is killed."""


class ResticError(RuntimeError):
    """restic's own words."""


@dataclass(frozen=True)
class Snapshot:
    """What was saved at one moment.

    Attributes:
        id: restic's short name for it.
        time: when it began, in seconds since 1970.
        volumes: the names of the volumes in it.
        complete: whether every file could be read.
    """

    id: str
    time: float
    volumes: tuple[str, ...]
    complete: bool


class Restic:
    """One repository and its password, which restic finds in variables of its own."""

    def __init__(self, settings: Settings, environ: Mapping[str, str], program: str = "restic") -> None:
        self._settings, self._program, self._environ = settings, program, environ

    def prepare(self) -> None:
        """Makes the repository if there is none, and takes it over."""
        found = self._run("cat", "config")
        if found.returncode != 0:
            begun = self._run("init")
            if begun.returncode != 0:  # it is there, and cannot be read: the first answer says why
                raise ResticError(found.stderr.strip() or begun.stderr.strip())
        self.take_over()

    def take_over(self) -> None:
        """Removes all locks: one container alone works on the repository, and what ran before this one has ended."""
        self._done("unlock", "--remove-all")

    def snapshots(self) -> list[Snapshot]:
        """What is kept, the oldest first."""
        said = self._done("snapshots", "--json", "--no-lock", "--host", self._settings.workload)
        found = [_snapshot(each) for each in cast("list[dict[str, Any]]", json.loads(said) or [])]
        return sorted(found, key=lambda each: each.time)

    def backup(self) -> bool:
        """Saves the volumes; whether every file could be read."""
        # Of an earlier one that was killed; those of processes that live stay.
        self._done("unlock")
        excluded = [f"--exclude={folder}/{name}" for folder in self._settings.folders for name in LEFT_OUT]
        said = self._run("backup", "--json", "--host", self._settings.workload, *excluded, *self._settings.folders)
        if said.returncode == 0:
            return True
        if said.returncode != SOME_UNREAD:
            raise ResticError(_words(said))
        sys.stderr.write(said.stderr)
        self._done("tag", "--add", INCOMPLETE, _made(said.stdout))
        return False

    def forget(self) -> None:
        """Removes the snapshots that no rule keeps, and what only they held. Incomplete ones count for themselves."""
        rules = [f"--keep-{rule}={count}" for rule, count in self._settings.keep.items() if count]
        self._done("forget", "--prune", "--group-by=host,paths,tags", "--host", self._settings.workload, *rules)

    def check(self) -> None:
        """Reads everything that is kept, and holds it against its checksums.

        Raises:
            ResticError: something is missing, or is not what was written.
        """
        self._done("unlock")
        self._done("check", "--read-data")

    def restore(self, snapshot: str, folder: str, target: str) -> None:
        """Writes a saved folder below `target`, and reads it back."""
        self._done("restore", snapshot, "--verify", f"--target={target}", f"--include={folder}")

    def dump(self, snapshot: str, folder: str) -> int:
        """Writes a saved folder to standard output, as a tar archive; restic's exit code.

        Without a lock: who needs something back does not wait until a check is over.
        """
        command = [self._program, *ALWAYS, "dump", "--no-lock", "--archive=tar", snapshot, folder]
        return subprocess.run(command, env=self._environment(), check=False).returncode

    def _done(self, *arguments: str) -> str:
        said = self._run(*arguments)
        if said.returncode != 0:
            raise ResticError(_words(said))
        return said.stdout

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [self._program, *ALWAYS, *arguments]
        return subprocess.run(command, env=self._environment(), capture_output=True, text=True, check=False)

    def _environment(self) -> dict[str, str]:
        """The secrets are restic's alone, and are read each time: a changed file counts at once."""
        secrets = {name: file.read_text(encoding="utf-8").strip() for name, file in self._settings.secrets.items()}
        return {**self._environ, **secrets}


def own_environment() -> dict[str, str]:
    """The variables of this process."""
    return dict(os.environ)


def _words(said: subprocess.CompletedProcess[str]) -> str:
    if said.returncode < 0:
        return f"restic was killed by signal {-said.returncode}"
    return said.stderr.strip() or said.stdout.strip()


def _made(lines: str) -> str:
    """The id of the snapshot that restic says it has made."""
    said = (cast("dict[str, Any]", json.loads(line)) for line in lines.splitlines() if line.startswith("{"))
    return next(str(each["snapshot_id"]) for each in said if "snapshot_id" in each)


def _snapshot(said: Mapping[str, Any]) -> Snapshot:
    paths: Iterable[str] = said["paths"]
    return Snapshot(
        id=str(said["short_id"]),
        time=_seconds(str(said["time"])),
        volumes=tuple(path.rpartition("/")[2] for path in paths),
        complete=INCOMPLETE not in cast("list[str]", said.get("tags") or []),
    )


def _seconds(text: str) -> float:
    """A moment of restic's, whose fractions of a second have nine digits where Python reads six."""
    moment, _, rest = text.partition(".")
    digits = rest[: len(rest) - len(rest.lstrip("0123456789"))]
    zone = rest[len(digits) :] if rest else ""
    return datetime.datetime.fromisoformat(f"{moment}.{digits[:6]:0<6}{zone}" if rest else moment).timestamp()
