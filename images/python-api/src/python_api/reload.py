"""`python -m python_api.reload`: the service, started again whenever its source changes. For development only.

What the service stands on is loaded once, and each start is a copy of this process: the rest takes a moment only.
"""

import importlib
import os
import runpy
import signal
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from types import FrameType

PACKAGE = "python_api"

SOURCE = (PACKAGE, "http_service")
"""The packages that may change."""

STANDS_ON = ("fastapi", "prometheus_client", "uvicorn")
"""What takes long to load and does not change."""

PERIOD_S = 0.25
"""Seconds between looks at the source."""

STOP_S = 5.0
"""Seconds for the old service to end before it is killed; nobody waits for its answers here."""

Times = Mapping[Path, int]
"""When each file of the source was changed, in nanoseconds."""


def times(source: Path) -> Times:
    """When each Python file below a folder was changed; one that is being replaced is not there for a moment."""
    found: dict[Path, int] = {}
    for file in source.rglob("*.py"):
        try:
            found[file] = file.stat().st_mtime_ns
        except FileNotFoundError:
            continue
    return found


def run(source: Path, serve: Callable[[], object]) -> int:
    """Serve in a process of its own, in a new one whenever the source changes, until told to stop; an exit code.

    A service that ends by itself is started again at the next change: it may have had a mistake in it.
    """
    stopped = False

    def stop(signum: int, frame: FrameType | None) -> None:
        nonlocal stopped
        del signum, frame
        stopped = True

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    while not stopped:
        seen = times(source)
        service = _start(serve)
        while not stopped and times(source) == seen:
            time.sleep(PERIOD_S)
        _end(service)
    return 0


def _start(serve: Callable[[], object]) -> int:
    """The id of a new process that serves."""
    process = os.fork()
    if process:
        return process
    code = 1
    try:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        serve()
        code = 0
    except SystemExit as left:
        code = left.code if isinstance(left.code, int) else 1
    except BaseException:  # a mistake in the source, which is about to be mended
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _end(process: int) -> None:
    """End a process, gently at first."""
    deadline = time.monotonic() + STOP_S
    os.kill(process, signal.SIGTERM)
    while os.waitpid(process, os.WNOHANG) == (0, 0):
        if time.monotonic() > deadline:
            os.kill(process, signal.SIGKILL)
        time.sleep(PERIOD_S / 10)


def serve_package() -> None:
    """Run the service from its source as it is now."""
    for name in [name for name in sys.modules if name.partition(".")[0] in SOURCE]:
        del sys.modules[name]
    # No time to drain: the next version is what is waited for.
    os.environ |= {"APP_DRAIN_DELAY_SECONDS": "0", "APP_DRAIN_SECONDS": "0"}
    runpy.run_module(PACKAGE, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    for each in STANDS_ON:
        importlib.import_module(each)
    sys.exit(run(Path(__file__).parent.parent, serve_package))
