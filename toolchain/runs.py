"""The record of a running engine, and how what it left behind is found again after it was killed.

Every engine run writes one small file, `.state/run/<stack>/<run id>.json`, and carries the run's id in its environment
(`SLIPWAY_RUN_ID`), which everything it starts inherits: language host, program, policy packs, providers. A process is
known by its pid *and* its start time, because pids are used again.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import time
import uuid
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, cast

import psutil

RUN_ID_VARIABLE = "SLIPWAY_RUN_ID"

# The kernel's start time of a process is exact, but psutil adds the boot time to it, and that moves when the clock is
# set. A pid that is used again within so short a time does not happen: pids are handed out in turn.
START_TOLERANCE_S = 5.0

# A well-behaved plugin leaves in milliseconds; one that has not left after this is killed.
GRACE_S = 3.0
POLL_S = 0.02


@dataclass(frozen=True)
class ProcessMark:
    """A process that can be recognised later: `started` is in seconds since the epoch."""

    pid: int
    started: float

    @classmethod
    def of(cls, pid: int) -> ProcessMark | None:
        """The mark of a live process, or None if there is none with this pid."""
        try:
            return cls(pid, psutil.Process(pid).create_time())
        except psutil.Error:
            return None

    def alive(self) -> bool:
        """Whether this very process still runs; a zombie does not."""
        try:
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.started) <= START_TOLERANCE_S
            return same and process.status() != psutil.STATUS_ZOMBIE
        except psutil.Error:
            return False


@dataclass(frozen=True)
class Run:
    """One engine run as recorded on disk.

    Attributes:
        id: The value of `SLIPWAY_RUN_ID` in the engine and everything it started.
        stack: The stack it works on.
        command: What the engine was asked to do, for messages: `up`, `destroy`, …
        host: The machine it runs on; a checkout may lie on a shared disk.
        wrapper: The process that started the engine.
        engine: The engine, once it is started.
    """

    id: str
    stack: str
    command: str
    host: str
    wrapper: ProcessMark
    engine: ProcessMark | None = None

    @classmethod
    def new(cls, stack: str, command: str) -> Run:
        """A run of this process that has no engine yet."""
        own = ProcessMark.of(os.getpid()) or ProcessMark(os.getpid(), 0.0)
        return cls(uuid.uuid4().hex, stack, command, socket.gethostname(), own)

    def with_engine(self, pid: int) -> Run:
        """The same run with its engine; an engine that is gone already keeps its pid, and is dead."""
        return replace(self, engine=ProcessMark.of(pid) or ProcessMark(pid, 0.0))

    def here(self) -> bool:
        """Whether the run belongs to this machine, so that its processes can be looked at."""
        return self.host == socket.gethostname()

    def live(self) -> bool:
        """Whether the engine still works: it lives, or is about to be started by a wrapper that lives."""
        return self.engine.alive() if self.engine else self.wrapper.alive()

    def to_json(self) -> str:
        """The file's text."""
        return json.dumps(asdict(self), indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Run:
        """Read the file's text; raises ValueError when it is none of ours."""
        try:
            data = cast(dict[str, Any], json.loads(text))
            engine = data["engine"]
            return cls(
                id=str(data["id"]),
                stack=str(data["stack"]),
                command=str(data["command"]),
                host=str(data["host"]),
                wrapper=ProcessMark(int(data["wrapper"]["pid"]), float(data["wrapper"]["started"])),
                engine=ProcessMark(int(engine["pid"]), float(engine["started"])) if engine else None,
            )
        except (KeyError, TypeError, json.JSONDecodeError) as error:
            raise ValueError(f"not the record of a run: {error}") from error


class RunFolder:
    """The records of one stack's runs, in `<checkout>/.state/run/<stack>/`."""

    def __init__(self, checkout: Path, stack: str) -> None:
        self.path = checkout / ".state" / "run" / stack

    def write(self, run: Run) -> None:
        """Write or replace a record in one step, so that no reader sees half of it."""
        self.path.mkdir(parents=True, exist_ok=True)
        target = self._file(run)
        scratch = target.with_suffix(".tmp")
        scratch.write_text(run.to_json(), encoding="utf-8")
        scratch.replace(target)

    def remove(self, run: Run) -> None:
        """Forget a run that has ended."""
        self._file(run).unlink(missing_ok=True)

    def runs(self) -> list[Run]:
        """All recorded runs. A file that cannot be read as one (a full disk cuts them short) is removed."""
        found: list[Run] = []
        for file in sorted(self.path.glob("*.json")):
            try:
                found.append(Run.from_json(file.read_text(encoding="utf-8")))
            except ValueError:
                file.unlink(missing_ok=True)
        for file in self.path.glob("*.tmp"):
            file.unlink(missing_ok=True)
        return found

    def _file(self, run: Run) -> Path:
        return self.path / f"{run.id}.json"


def processes_of(run_id: str) -> Iterator[psutil.Process]:
    """Every process of this user, except this one, that carries the run's id in its environment."""
    own_user = os.getuid()
    for process in psutil.process_iter():
        if process.pid == os.getpid():
            continue
        with contextlib.suppress(psutil.Error, OSError):
            if process.uids().real == own_user and process.environ().get(RUN_ID_VARIABLE) == run_id:
                yield process


def reap(run_id: str) -> int:
    """End everything a dead run left running, politely first; returns how many processes that were.

    A process may start another while it is being asked to leave, so this looks again until nothing is found.
    """
    ended: set[int] = set()
    while found := list(processes_of(run_id)):
        for process in found:
            with contextlib.suppress(psutil.Error):
                process.terminate()
        stubborn = _wait_until_gone(found)
        for process in stubborn:
            with contextlib.suppress(psutil.Error):
                process.kill()
        _wait_until_gone(stubborn)
        ended.update(process.pid for process in found)
        if all(process.pid in ended for process in processes_of(run_id)):
            break
    return len(ended)


def _wait_until_gone(processes: list[psutil.Process]) -> list[psutil.Process]:
    """Wait up to `GRACE_S` for processes to end; returns those that still run.

    A zombie has ended. It stays until its parent asks for it, and an orphan's new parent may take seconds to do so.
    """
    deadline = time.monotonic() + GRACE_S
    left = processes
    while left and time.monotonic() < deadline:
        _, left = psutil.wait_procs(left, timeout=POLL_S)
        left = [process for process in left if not _is_zombie(process)]
    return left


def _is_zombie(process: psutil.Process) -> bool:
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.Error:
        return True
