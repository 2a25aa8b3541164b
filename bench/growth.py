"""How a preview grows with what a stack describes: workloads on GPUs, and the pools that these are in."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import linear_regression, median

from bench.measure import Figure
from bench.stage import Project, own

SIZES = (50, 100, 200)
"""Workloads; there is a pool for every four."""


def growth(scratch: Path, runs: int) -> Iterator[Figure]:
    """What one workload more costs a preview, in the larger half of the sizes against the smaller half."""
    stacks = [own(scratch / str(size), size, size // 4)[1] for size in SIZES]
    for each in stacks:
        each.pulumi("preview")
    # One size after the other in each round, so that a machine whose speed drifts slows all alike.
    rounds = [[_measured(each) for each in stacks] for _ in range(runs)]
    for what, part, aim in (("program's CPU", 0, 1.25), ("whole preview", 1, None)):
        yield _figure(what, [median(measured[at][part] for measured in rounds) for at in range(len(SIZES))], aim)


def _measured(project: Project) -> tuple[float, float]:
    """Processor seconds of the program, and seconds of the whole."""
    began = time.monotonic()
    cpu = project.program_cpu("preview")
    return cpu, time.monotonic() - began


def _figure(what: str, seconds: Sequence[float], aim: float | None) -> Figure:
    few, some, many = SIZES
    larger, smaller = (seconds[2] - seconds[1]) / (many - some), (seconds[1] - seconds[0]) / (some - few)
    slope, _ = linear_regression(SIZES, seconds)
    return Figure(
        f"each workload more, {some} to {many}, {what}",
        larger,
        smaller,
        f"{few} to {some}; fitted slope {slope * 1000:.1f} ms, {many} take {seconds[2]:.1f} s",
        larger / smaller,
        aim,
    )
