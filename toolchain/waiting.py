"""Waiting for what others do."""

import time
from collections.abc import Callable

INTERVAL_S = 0.05
"""How often a condition that nobody reports is looked at."""


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Wait until a condition holds; whether it did before the time was over."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(INTERVAL_S)  # the kernel tells nobody about links, sockets and namespaces of other processes
    return True
