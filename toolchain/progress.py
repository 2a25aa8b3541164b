"""What a person sees while something takes long: plain lines on standard error."""

import sys
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TextIO

QUIET_S = 0.5
"""A step that ends sooner says nothing: an unchanged machine stays silent."""

HEARTBEAT_S = 20.0
"""How often a long step says that it is alive."""


class Progress:
    """Prints when a step begins, that it goes on, and when it ends; one line each, terminal or not.

    Args:
        stream: Where lines go, standard error by default.
        quiet: Seconds that a step may take without being mentioned.
        heartbeat: Seconds between two signs of life.
    """

    def __init__(self, stream: TextIO | None = None, quiet: float = QUIET_S, heartbeat: float = HEARTBEAT_S) -> None:
        self._stream = stream
        self._quiet = quiet
        self._heartbeat = heartbeat

    def line(self, text: str) -> None:
        """Print one line at once."""
        print(text, file=self._stream or sys.stderr, flush=True)

    @contextmanager
    def step(self, name: str, detail: Callable[[], str] | None = None) -> Generator[None]:
        """Announce what happens inside the block, if it takes longer than a moment.

        Args:
            name: What is done, as a person would say it: `building the Pulumi CLI`.
            detail: Asked at every sign of life for what has been reached.
        """
        started = time.monotonic()
        done = threading.Event()
        announced = threading.Event()

        def watch() -> None:
            if done.wait(self._quiet):
                return
            announced.set()
            self.line(f"· {name} …")
            while not done.wait(self._heartbeat):
                reached = f", {detail()}" if detail else ""
                self.line(f"  {name}: {time.monotonic() - started:.0f} s{reached}")

        watcher = threading.Thread(target=watch, daemon=True)
        watcher.start()
        outcome = "✗"
        try:
            yield
            outcome = "✓"
        finally:
            done.set()
            watcher.join()
            if announced.is_set():
                self.line(f"{outcome} {name} ({time.monotonic() - started:.1f} s)")
