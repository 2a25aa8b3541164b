"""Ports for what a test starts."""

from __future__ import annotations

import random
import socket

RANGE = range(20000, 30000)
"""Below the ports that systems hand out by themselves (from 32768 on Linux) and those of a cluster's nodes: no
connection of some other program takes one between its choice and its use."""


_UNTRIED = iter(random.SystemRandom().sample(RANGE, len(RANGE)))
"""In an order of this process's own. It chooses none twice: some time may pass before somebody listens there."""


def free_port() -> int:
    """A port of the loopback address on which nobody listens."""
    for port in _UNTRIED:
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("every port is taken")
