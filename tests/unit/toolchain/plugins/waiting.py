"""Waits for what other processes do, which nothing announces."""

import time
from collections.abc import Callable

import pytest

LIMIT_S = 60.0
"""A busy machine takes its time; only a test that fails waits so long."""


def wait_for(condition: Callable[[], bool]) -> None:
    """Waits until `condition` holds; fails the test after a minute."""
    until = time.monotonic() + LIMIT_S
    while not condition():
        if time.monotonic() > until:
            pytest.fail(f"waited {LIMIT_S:.0f} s in vain")
        time.sleep(0.01)
