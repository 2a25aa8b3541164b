"""The programs that the language host runs: started so that they end with it, whichever way it ends.

Each runs in a process group of its own, which is ended as a whole. Should the host be killed with SIGKILL, the kernel
kills the child: between the host and the program stands, for 20 ms, this very file, which asks for that, then becomes
the program. (`preexec_fn` would do without, but is not safe in a process with threads.)
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

_PR_SET_PDEATHSIG = 1  # <linux/prctl.h>
_TERM_SECONDS = 2.0  # between SIGTERM and SIGKILL; the engine waits five for the host itself


class Children:
    """The running children of this process. All methods may be called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._closed = False

    def start(
        self, command: Sequence[str], *, cwd: str, env: Mapping[str, str], capture: bool = False
    ) -> subprocess.Popen[bytes]:
        """Starts `command`; without `capture` it shares this process's standard output and error.

        Raises:
            OSError: `cwd` does not exist. (A missing program is exit status 127 and a line on standard error.)
        """
        pipe = subprocess.PIPE if capture else None
        launcher = [sys.executable, "-I", "-S", str(Path(__file__)), str(os.getpid())]
        with self._lock:
            child = subprocess.Popen(
                [*launcher, *command],
                cwd=cwd,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=pipe,
                stderr=pipe,
                process_group=0,
            )
            self._running.add(child)
            if self._closed:
                _signal_group(child, signal.SIGKILL)
        return child

    def wait(self, child: subprocess.Popen[bytes]) -> int:
        """Waits until `child` ends, then ends what it left running in its group.

        Returns:
            Its exit status; negative for the signal that killed it.
        """
        status = child.wait()
        _signal_group(child, signal.SIGKILL)
        with self._lock:
            self._running.discard(child)
        return status

    def end(self, child: subprocess.Popen[bytes]) -> None:
        """Ends `child` and its group: SIGTERM, and SIGKILL to what is left two seconds later.

        Does nothing if `wait` has returned for it, since its number may be another's by then.
        """
        with self._lock:
            if child not in self._running:
                return
        _signal_group(child, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(_TERM_SECONDS)
        _signal_group(child, signal.SIGKILL)

    def end_all(self) -> None:
        """Ends every child as `end` does, all at once."""
        with self._lock:
            children = list(self._running)
        threads = [threading.Thread(target=self.end, args=(child,)) for child in children]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def close(self) -> None:
        """Ends every child, and any that is started later."""
        with self._lock:
            self._closed = True
        self.end_all()


def _signal_group(child: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):  # nobody left in the group
        os.killpg(child.pid, number)


def _become(parent: int, command: list[str]) -> None:
    """Turns this process into `command`, to be killed when process `parent` ends."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it ended before the request
        os._exit(1)
    try:
        os.execvp(command[0], command)  # noqa: S606 - becoming the program is the point
    except OSError as error:
        sys.stderr.write(f"cannot run {command[0]}: {error.strerror}\n")
        sys.stderr.flush()
        os._exit(127)


if __name__ == "__main__":
    _become(int(sys.argv[1]), sys.argv[2:])
