"""Runs the Pulumi CLI so that a run can be cancelled, killed and recovered from.

The engine gets a process group of its own: Ctrl-C on the terminal then reaches only this process, which passes it on
once (the engine cancels and writes its state), and on a second one kills the engine and all that it started.
"""

from __future__ import annotations

import contextlib
import dataclasses
import fcntl
import json
import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from toolchain.checkpoint import Checkpoint, backend_url, file_backend
from toolchain.errors import ToolchainError
from toolchain.hints import explain
from toolchain.recovery import Recovery
from toolchain.runs import RUN_ID_VARIABLE, Run, RunFolder, reap

PROJECT = "slipway"

# Enough of the output's end to find the cause of a failure in it, in bytes.
TAIL_BYTES = 256 * 1024

# A state of a thousand resources takes about 5 MB, and a run writes it beside the old one, its backup and its history.
ROOM_BYTES = 32_000_000

FORWARDED = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

# How long output may keep coming after the engine has ended, from a child that inherited its pipe, in seconds.
DRAIN_S = 2.0

# How long one wait for the engine lasts before the next begins, in seconds; see `_wait`.
WAIT_S = 1.0


class EngineError(ToolchainError):
    """The engine refused a short command; the message is what it said."""

    def __init__(self, arguments: Sequence[str], said: str) -> None:
        hint = explain(said)
        cause = f"{hint.cause} " if hint else ""
        super().__init__(
            f"{cause}`pulumi {' '.join(arguments[:2])}` failed: {said}",
            hint.mend if hint else "mend what the engine names and run again; `slipway doctor` checks this machine",
        )


@dataclass(frozen=True)
class Finished:
    """How a run ended.

    Attributes:
        code: The engine's exit code; negative when a signal ended it.
        tail: The end of what it printed.
        cancelled_by: The signal that was passed on to it, if any.
        reaped: How many processes it left running that were ended.
    """

    code: int
    tail: str
    cancelled_by: signal.Signals | None = None
    reaped: int = 0

    @property
    def killed(self) -> bool:
        """Whether somebody else killed the engine."""
        return self.code < 0 and self.cancelled_by is None


@dataclass(frozen=True)
class Engine:
    """The Pulumi CLI for one stack of one checkout.

    Attributes:
        checkout: The folder with `Pulumi.yaml`; runs start there.
        stack: The stack's name.
        environment: The whole environment of the CLI, as `toolchain.environment` makes it.
        program: The CLI, found on the environment's PATH.
    """

    checkout: Path
    stack: str
    environment: Mapping[str, str]
    program: str = "pulumi"

    @property
    def checkpoint(self) -> Checkpoint | None:
        """The stack's state files, or None when the backend is not a folder."""
        folder = file_backend(backend_url(self.environment))
        return Checkpoint(self.checkout / folder, PROJECT, self.stack) if folder else None

    def exists(self) -> bool:
        """Whether the stack has been made in the backend."""
        if checkpoint := self.checkpoint:
            return checkpoint.file() is not None
        return self._ask_raw(["stack", "tag", "ls", "--stack", self.stack]).returncode == 0

    def create(self) -> None:
        """Make the stack in the backend. Writes a salt into the stack file unless one is there."""
        self.ask(["stack", "init", self.stack, "--no-select"])

    def ask(self, arguments: Sequence[str], text: str | None = None, secret: bool = False) -> str:
        """Run a short command, give it `text` as input, and return what it printed.

        Raises:
            EngineError: the command failed; with what it said, unless that may hold a `secret`.
        """
        done = self._ask_raw(arguments, text)
        if done.returncode:
            raise EngineError(arguments, "" if secret else (done.stderr or done.stdout).strip())
        return done.stdout

    def _ask_raw(self, arguments: Sequence[str], text: str | None = None) -> subprocess.CompletedProcess[str]:
        self._make_backend()
        return subprocess.run(
            [self._found(), *arguments, "--non-interactive", "--color", "never"],
            cwd=self.checkout,
            env=self.environment,
            input=text or "",
            text=True,
            capture_output=True,
            check=False,
        )

    def outputs(self) -> dict[str, object]:
        """The stack's outputs, secrets masked."""
        return json.loads(self.ask(["stack", "output", "--stack", self.stack, "--json"]))

    def recover(self, restore: bool = False) -> list[str]:
        """Put right what killed runs left behind, and with `restore` a damaged state; see `toolchain.recovery`.

        Afterwards there is room for the run, and a copy of the state as it is.

        Raises:
            ToolchainError: someone is at work on the stack, its state cannot be read, or the disk is full.
        """
        self._require_room()
        done = dataclasses.replace(self._recovery(), restore=restore).run()
        if self.checkpoint:
            self.checkpoint.back_up()
        return done

    def _require_room(self) -> None:
        """The engine's storage does not notice that the disk fills up: what it puts in place then is cut short."""
        self._make_backend()
        free = shutil.disk_usage(self.checkpoint.state if self.checkpoint else self.checkout).free
        if free < ROOM_BYTES:
            raise ToolchainError(
                f"the disk is full: {free / 1e6:.1f} MB free for the state, at least {ROOM_BYTES / 1e6:.0f} MB needed",
                "free some space (`make clean-cache` empties the cache; `df -h` shows the disks), then run again",
            )

    def prepare_preview(self) -> None:
        """End the processes of killed runs, and make sure that the state can be read; a preview needs no more.

        Raises:
            ToolchainError: the state is damaged, with the backup to restore.
        """
        self._recovery().end_dead_runs()
        if self.checkpoint:
            self.checkpoint.load()

    def _recovery(self) -> Recovery:
        return Recovery(self.checkout, self.stack, self.checkpoint, self._rewrite_state)

    def _rewrite_state(self) -> None:
        exported = self.ask(["stack", "export", "--stack", self.stack])
        self.ask(["stack", "import", "--stack", self.stack], text=exported)

    @contextlib.contextmanager
    def alone(self) -> Generator[None]:
        """Keep other `slipway` commands off this stack; the system lets go when this process ends, however it ends.

        Raises:
            ToolchainError: another command is at work on it.
        """
        folder = RunFolder(self.checkout, self.stack).path
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / "lock").open("a+", encoding="utf-8") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                file.seek(0)
                holder = file.read().strip() or "another process"
                raise ToolchainError(
                    f"stack {self.stack!r} is being worked on by {holder}", "wait until it ends, then run again"
                ) from None
            file.truncate(0)
            file.write(f"process {os.getpid()}")
            file.flush()
            yield

    def run(self, arguments: Sequence[str], show: Callable[[bytes], object]) -> Finished:
        """Run a long command (`up`, `preview`, `destroy`), passing its output to `show` as it comes.

        The first SIGINT, SIGTERM or SIGHUP that this process gets is passed on to the engine as an interrupt, which
        cancels; the second kills it. A killed engine's processes are ended before this returns.
        """
        self._make_backend()
        folder = RunFolder(self.checkout, self.stack)
        run = Run.new(self.stack, arguments[0])
        folder.write(run)
        output = _Output(show)
        with _forwarded_signals() as signals:
            process = subprocess.Popen(
                [self._found(), *arguments, "--non-interactive"],
                cwd=self.checkout,
                env={**self.environment, RUN_ID_VARIABLE: run.id},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                process_group=0,
            )
            folder.write(run.with_engine(process.pid))
            signals.pass_to(process)
            reader = threading.Thread(target=output.read_from, args=(process,), daemon=True)
            reader.start()
            code = _wait(process)
        reaped = reap(run.id) if code < 0 or signals.first else 0
        reader.join(DRAIN_S)
        folder.remove(run)
        return Finished(code, output.tail(), signals.first, reaped)

    def _make_backend(self) -> None:
        if checkpoint := self.checkpoint:
            checkpoint.state.mkdir(parents=True, exist_ok=True)

    def _found(self) -> str:
        """The CLI's path; the parent's PATH would be searched otherwise, not the given environment's."""
        found = shutil.which(self.program, path=self.environment.get("PATH", ""))
        if found is None:
            raise ToolchainError(
                "the Pulumi CLI is not installed",
                "run `slipway up`, which installs it; `slipway doctor` shows the rest",
            )
        return found


def _wait(process: subprocess.Popen[bytes]) -> int:
    """Wait for a process to end; returns its exit code.

    Python looks for signals before it waits in the kernel. One that comes between the two would be noticed only when
    the process ends, which after a second Ctrl-C may be never: so no single wait is long.
    """
    while True:
        with contextlib.suppress(subprocess.TimeoutExpired):
            return process.wait(WAIT_S)


class _Output:
    """Passes output on as it comes and keeps its end."""

    def __init__(self, show: Callable[[bytes], object]) -> None:
        self._show = show
        self._tail = bytearray()

    def read_from(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdout is not None  # noqa: S101 - Popen was given a pipe
        with process.stdout as stream:
            while chunk := os.read(stream.fileno(), 64 * 1024):
                self._tail += chunk
                del self._tail[:-TAIL_BYTES]
                self._show(chunk)

    def tail(self) -> str:
        return self._tail.decode(errors="replace")


class _Signals:
    """The signals received during a run, passed on to the engine."""

    def __init__(self) -> None:
        self._received: list[signal.Signals] = []
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def first(self) -> signal.Signals | None:
        return self._received[0] if self._received else None

    def handle(self, number: int, _: FrameType | None) -> None:
        self._received.append(signal.Signals(number))
        if self._process:
            self._pass_on(self._process)

    def pass_to(self, process: subprocess.Popen[bytes]) -> None:
        """From now on signals go to this process; so does one that came while it was being started."""
        self._process = process
        if self._received:
            self._pass_on(process)

    def _pass_on(self, process: subprocess.Popen[bytes]) -> None:
        with contextlib.suppress(ProcessLookupError):
            if len(self._received) == 1:
                process.send_signal(signal.SIGINT)
            else:
                os.killpg(process.pid, signal.SIGKILL)


@contextlib.contextmanager
def _forwarded_signals() -> Generator[_Signals]:
    """Receive signals for the engine instead of this process; only the main thread can."""
    signals = _Signals()
    if threading.current_thread() is not threading.main_thread():
        yield signals
        return
    before = {number: signal.signal(number, signals.handle) for number in FORWARDED}
    try:
        yield signals
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
