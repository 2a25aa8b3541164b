"""Saves and checks by the clock, for as long as it runs; what went wrong is told, and tried again."""

import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

from volume_backup import schedule
from volume_backup.restic import Restic, ResticError
from volume_backup.settings import Settings

RETRY_S = 300.0
"""Seconds until something that failed is tried again, if its schedule does not come before."""

STALE_AFTER = 2
"""After so many times `every` what is kept counts as too old: one backup was left out, and tried again in vain."""


@dataclass
class State:
    """What metrics tell.

    Attributes:
        last_success: when the newest complete snapshot was begun, in seconds since 1970; None if there is none, or
            while the repository could not be asked.
        last_check: when everything was last found whole; None if it was not since the program began.
        check_failed: whether the last check found something, or could not be made.
        succeeded: complete backups since the program began.
        failed: others.
        seconds: how long the last backup took.
    """

    last_success: float | None = None
    last_check: float | None = None
    check_failed: bool = False
    succeeded: int = 0
    failed: int = 0
    seconds: float = 0.0


class Agent:
    """The loop."""

    def __init__(self, settings: Settings, restic: Restic, clock: Callable[[], float] = time.time) -> None:
        self.state = State()
        self._settings, self._restic, self._clock = settings, restic, clock
        self._prepared = False
        self._began = clock()
        self._tried = False
        self._turn = threading.Condition()
        self._asked = self._answered = 0
        self._went_well = False

    def ask(self) -> bool:
        """Back up and check now, whatever the schedule says; whether all of it went well. For another thread."""
        with self._turn:
            self._asked += 1
            ticket = self._asked
            self._turn.notify_all()
            self._turn.wait_for(lambda: self._answered >= ticket)
            return self._went_well

    def trouble(self) -> str:
        """Why what is kept is not what it should be, for whoever watches over it; empty while it is."""
        if self.state.check_failed:
            return "the last check failed"
        last = self.state.last_success
        # What an earlier container left is old by right: this one begins with saving anew, and is given the time.
        old = self._clock() - (last if last is not None and self._tried else self._began)
        if old <= STALE_AFTER * self._settings.every:
            return ""
        return "nothing could be saved yet" if last is None else f"the last good backup is {old:.0f} seconds old"

    def run(self) -> NoReturn:
        """Do what is due or asked for, and wait for the next time."""
        while True:
            with self._turn:
                asked = self._asked
            well = self.step(now=asked > self._answered)
            with self._turn:
                self._answered, self._went_well = asked, well
                self._turn.notify_all()
                until = schedule.wait(self._clock(), self._settings.every, self._settings.at)
                self._turn.wait_for(lambda: self._asked > self._answered, until if well else min(until, RETRY_S))

    def step(self, *, now: bool = False) -> bool:
        """Do what is due, or everything; whether all of it went well."""
        well = self._try("the repository", self._prepare) and self._backup(now=now)
        self._tried = True
        return well and self._check(now=now)

    def _prepare(self) -> None:
        if not self._prepared:
            self._restic.prepare()
            self._prepared = True
        kept = [each.time for each in self._restic.snapshots() if each.complete]
        self.state.last_success = max(kept, default=None)

    def _backup(self, *, now: bool) -> bool:
        wanted = self._settings
        if not now and not schedule.due(self.state.last_success, self._clock(), wanted.every, wanted.at):
            return True
        began = self._clock()
        complete = self._try("the backup", self._save)
        self.state.seconds = self._clock() - began
        if complete:
            self.state.succeeded += 1
            self.state.last_success = began
        else:
            self.state.failed += 1
        return complete and self._try("removing old snapshots", self._restic.forget)

    def _save(self) -> None:
        if not self._restic.backup():
            raise ResticError("some files could not be read: what was saved lacks them")

    def _check(self, *, now: bool) -> bool:
        wanted = self._settings
        if not now and not schedule.due(self.state.last_check, self._clock(), wanted.check_every, wanted.at):
            return True
        began = self._clock()
        whole = self._try("the check", self._restic.check)
        self.state.check_failed = not whole
        if whole:
            self.state.last_check = began
        return whole

    @staticmethod
    def _try(what: str, action: Callable[[], None]) -> bool:
        try:
            action()
        except (ResticError, OSError) as error:
            sys.stderr.write(f"{what} failed: {error}\n")
            return False
        sys.stdout.write(f"{what}: done\n")
        return True
