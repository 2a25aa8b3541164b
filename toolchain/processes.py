"""Background services: started once, found again by another command, stopped for good."""

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from toolchain import files
from toolchain.commands import tail
from toolchain.errors import ToolchainError
from toolchain.home import Home
from toolchain.runs import RUN_ID_VARIABLE, ProcessMark
from toolchain.waiting import wait_until

READY_TIMEOUT_S = 30.0
POLL_S = 0.05
STOP_GRACE_S = 10.0
"""What a service gets to end by itself before it is killed: BuildKit unmounts, the registry ends uploads."""


NOT_FOR_SERVICES = ("PULUMI_", RUN_ID_VARIABLE)
"""What a service does not inherit: passphrases and tokens, and the mark of an engine run, which would end with it."""


@dataclass(frozen=True)
class Service:
    """A background program.

    Attributes:
        name: Names its record and its log.
        command: Program and arguments.
        home: Where the record (`run/<name>.json`) and the logs (`logs/<name>.log`, `logs/<name>.previous.log`) are.
    """

    name: str
    command: tuple[str, ...]
    home: Home

    @property
    def log(self) -> Path:
        """What it printed since it was last started."""
        return self.home.logs / f"{self.name}.log"

    @property
    def previous_log(self) -> Path:
        """What the one before it printed, which may tell why it ended."""
        return self.log.with_suffix(".previous.log")


def record(home: Home, name: str) -> Path:
    """The file that says which process serves."""
    return home.run / f"{name}.json"


def running(home: Home, name: str) -> ProcessMark | None:
    """The process that serves, None if it has ended or was never started."""
    try:
        mark = ProcessMark(**json.loads(record(home, name).read_text()))
    except (OSError, ValueError, TypeError):
        return None
    return mark if mark.alive() else None


def start(service: Service, ready: Callable[[], bool], mend: str) -> None:
    """Start a service and wait until it answers.

    Args:
        service: What to start; it must not be running.
        ready: Whether it answers by now.
        mend: What to do if it ends or never answers.

    Raises:
        ToolchainError: With the end of what it printed.
    """
    service.log.parent.mkdir(parents=True, exist_ok=True)
    try:
        if service.log.exists():
            service.log.replace(service.previous_log)
        with service.log.open("wb") as log:
            process = subprocess.Popen(
                service.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # an interrupt at the terminal is not for the service
                cwd="/",
                env={name: value for name, value in os.environ.items() if not name.startswith(NOT_FOR_SERVICES)},
            )
    except OSError as error:
        raise ToolchainError(f"{service.command[0]} cannot be started: {error.strerror}", mend) from error
    mark = ProcessMark.of(process.pid) or ProcessMark(process.pid, time.time())
    files.write(record(service.home, service.name), json.dumps(asdict(mark)))
    try:
        _await_ready(service, process, ready, mend)
    finally:
        # It outlives this process, or is gone by now; either way nobody here waits for it any more.
        process.returncode = process.returncode or 0


def _await_ready(service: Service, process: subprocess.Popen[bytes], ready: Callable[[], bool], mend: str) -> None:
    deadline = time.monotonic() + READY_TIMEOUT_S
    while not ready():
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(POLL_S)
        if process.returncode is not None or time.monotonic() > deadline:
            ended = process.returncode is not None
            what = f"ended with code {process.returncode}" if ended else f"did not answer in {READY_TIMEOUT_S:.0f} s"
            stop(service.home, service.name)
            raise ToolchainError(f"{service.name} {what}:\n{tail(service.log)}", f"{mend} (its log: {service.log})")


def stop(home: Home, name: str) -> bool:
    """End a service and everything it started.

    Returns:
        Whether it was running.
    """
    mark = running(home, name)
    if mark is not None:
        with contextlib.suppress(psutil.Error):
            _end_tree(psutil.Process(mark.pid))
    record(home, name).unlink(missing_ok=True)
    return mark is not None


def end_strays(arguments: Sequence[str]) -> None:
    """End every process whose command line ends with these arguments, whatever the program's path.

    A run that is killed just after it started a service leaves it without a record; its arguments name a file of this
    home, so that nothing else is met.
    """
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.cmdline()[-len(arguments) :] == list(arguments):
                _end_tree(process)


def _end_tree(process: psutil.Process) -> None:
    children = process.children(recursive=True)
    process.send_signal(signal.SIGTERM)
    end([process], STOP_GRACE_S)
    end(children, 0.0)


def end(ending: Sequence[psutil.Process], grace: float) -> None:
    """Wait `grace` seconds for processes to end, then kill what is left and see it gone."""
    wait_until(lambda: not any(map(_alive, ending)), grace)
    for process in filter(_alive, ending):
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    wait_until(lambda: not any(map(_alive, ending)), STOP_GRACE_S)


def _alive(process: psutil.Process) -> bool:
    """Whether it still does anything: one that has ended may stay listed until its parent looks."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def listener(port: int) -> str | None:
    """Who listens on a TCP port of this machine, in words; None if nobody does."""
    with contextlib.suppress(psutil.AccessDenied):
        for connection in psutil.net_connections(kind="tcp"):
            if connection.status == psutil.CONN_LISTEN and connection.laddr and connection.laddr.port == port:
                return _who(connection.pid)
    return None


def _who(pid: int | None) -> str:
    if pid is None:
        return "a process of another user"
    with contextlib.suppress(psutil.Error):
        return f"{psutil.Process(pid).name()} (process {pid})"
    return f"process {pid}"
