"""A repository in memory, for a program that is told the time."""

from pathlib import Path

from volume_backup.restic import Restic, ResticError, Snapshot
from volume_backup.settings import Settings

DAY = 86_400
HALF_PAST_TWO = 2 * 3600 + 1800


def settings(**fields: object) -> Settings:
    """Every day at half past two, checked every week."""
    given: dict[str, object] = {
        "workload": "store",
        "volumes": ("data",),
        "root": Path("/volumes"),
        "every": DAY,
        "at": HALF_PAST_TWO,
        "check_every": 7 * DAY,
        "keep": {"last": 3},
        "secrets": {},
    }
    return Settings(**{**given, **fields})  # pyright: ignore[reportArgumentType]  # each is of its field's type


class Repository(Restic):
    """What restic would keep, and how it fares.

    Attributes:
        done: what was done with it.
        kept: the snapshots.
        failing: what fails, by the name of the method.
        complete: whether every file can be read.
        now: the present moment.
    """

    def __init__(self, now: float = 0.0) -> None:
        super().__init__(settings(), {})
        self.done: list[str] = []
        self.kept: list[Snapshot] = []
        self.failing: set[str] = set()
        self.complete = True
        self.now = now

    def clock(self) -> float:
        return self.now

    def prepare(self) -> None:
        self._do("prepare")

    def snapshots(self) -> list[Snapshot]:
        self._fail("snapshots")
        return list(self.kept)

    def backup(self) -> bool:
        self._do("backup")
        self.kept.append(Snapshot(f"{len(self.kept)}", self.now, ("data",), self.complete))
        return self.complete

    def forget(self) -> None:
        self._do("forget")

    def check(self) -> None:
        self._do("check")

    def _do(self, what: str) -> None:
        self._fail(what)
        self.done.append(what)

    def _fail(self, what: str) -> None:
        if what in self.failing:
            raise ResticError(f"{what} says no")
