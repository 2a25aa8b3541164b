"""Waits for what other processes do, which nothing announces."""

import threading
from collections.abc import Callable

import pytest


def wait_for(condition: Callable[[], bool]) -> None:
    """Waits until `condition` holds; fails the test after ten seconds."""
    tick = threading.Event()
    for _ in range(1000):
        if condition():
            return
        tick.wait(0.01)
    pytest.fail("waited ten seconds in vain")
