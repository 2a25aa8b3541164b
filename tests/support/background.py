"""An `up` that goes on while a test does something else."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Generator

from tests.support.workbench import Result, Workbench


@contextlib.contextmanager
def up_in_background(workbench: Workbench) -> Generator[Callable[[], Result]]:
    """An `up` that runs inside the block; what is given waits for its end."""
    process = subprocess.Popen(
        [sys.executable, "-m", "cli.main", "up", "--stack", "dev"],
        cwd=workbench.folder,
        env=os.environ | workbench.extra | {"NO_COLOR": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )

    def end() -> Result:
        out, err = process.communicate()
        return Result(process.returncode, out, err)

    try:
        yield end
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.communicate()
