"""How many processors a container may use, for threads or processes that keep them busy."""

import math
import os
from pathlib import Path

CPU_LIMIT = Path("/sys/fs/cgroup/cpu.max")
"""A container's own limit: microseconds it may compute, or `max`, and the period in which, in microseconds."""


def usable(limit: Path = CPU_LIMIT) -> int:
    """The processors that this process may keep busy, one at least: the container's limit, rounded up."""
    there = len(os.sched_getaffinity(0))
    try:
        share, period = limit.read_text(encoding="ascii").split()
    except (OSError, ValueError):
        return there
    return there if share == "max" else max(1, min(there, math.ceil(int(share) / int(period))))
