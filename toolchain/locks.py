"""The lock files that the engine's file backend leaves when it is killed.

The engine writes `<state>/.pulumi/locks/organization/<project>/<stack>/<id>.json` (`pid`, `username`, `hostname`,
`timestamp`), and refuses a stack that has one, however long its owner is dead.
"""

from __future__ import annotations

import json
import socket
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import psutil

# The engine reads the clock for the timestamp a moment after it was started: a process with this pid that was started
# later than that is another one. The slack is for clocks that were set in between.
CLOCK_SLACK_S = 60.0


@dataclass(frozen=True)
class Lock:
    """One lock file. `since` is in seconds since the epoch."""

    file: Path
    pid: int
    user: str
    host: str
    since: float

    @classmethod
    def read(cls, file: Path) -> Lock | None:
        """The lock in a file, or None for a file that nobody can read as one."""
        try:
            data = json.loads(file.read_text(encoding="utf-8"))
            since = datetime.fromisoformat(data["timestamp"]).timestamp()
            return cls(file, int(data["pid"]), str(data["username"]), str(data["hostname"]), since)
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def held(self) -> bool:
        """Whether its owner may still be at work. On another machine that cannot be known, so: yes."""
        if self.host != socket.gethostname():
            return True
        try:
            owner = psutil.Process(self.pid)
            if owner.status() == psutil.STATUS_ZOMBIE:
                return False
            return owner.name() == "pulumi" and owner.create_time() <= self.since + CLOCK_SLACK_S
        except psutil.Error:
            return False

    def holder(self) -> str:
        """Who holds it, for a message."""
        since = datetime.fromtimestamp(self.since).isoformat(sep=" ", timespec="seconds")
        return f"process {self.pid} of {self.user}@{self.host} since {since}"


@dataclass(frozen=True)
class Locks:
    """A stack's lock files, sorted into those that still hold and those that nobody holds any more."""

    held: tuple[Lock, ...]
    stale: tuple[Path, ...]


def locks_of(state: Path, project: str, stack: str) -> Locks:
    """Look at a stack's lock files in a file backend whose folder is `state`.

    A file that is not readable as a lock makes every later run fail. It is stale as soon as no other lock is held.
    """
    held: list[Lock] = []
    stale: list[Path] = []
    for file in sorted((state / ".pulumi" / "locks" / "organization" / project / stack).glob("*.json")):
        lock = Lock.read(file)
        if lock and lock.held():
            held.append(lock)
        else:
            stale.append(file)
    return Locks(tuple(held), tuple(stale))
