"""Time two ways of doing a thing in turn, so that a machine whose speed drifts slows both alike."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Figure:
    """One line of the table.

    `ours` and `peer` are medians, in seconds unless `unit` says otherwise. `ratio` is the median of the ratios pair by
    pair, not the ratio of medians: the two of a pair were measured within seconds of each other.
    """

    name: str
    ours: float
    peer: float
    peer_name: str
    ratio: float
    aim: float | None
    higher_is_better: bool = False
    unit: str = "s"

    @property
    def verdict(self) -> str:
        """`met`, `missed`, or `-` where the figure is only for information."""
        if self.aim is None:
            return "-"
        met = self.ratio >= self.aim if self.higher_is_better else self.ratio <= self.aim
        return "met" if met else "missed"


def timed(action: Callable[[], object]) -> float:
    """The seconds that an action takes."""
    began = time.monotonic()
    action()
    return time.monotonic() - began


def in_turn(ours: Callable[[], float], peer: Callable[[], float], runs: int) -> tuple[list[float], list[float]]:
    """Call both `runs` times, alternately, after one warm-up of each. Each returns the seconds that count."""
    ours()
    peer()
    pairs = [(ours(), peer()) for _ in range(runs)]
    return [mine for mine, _ in pairs], [theirs for _, theirs in pairs]


def compare(
    name: str,
    ours: Callable[[], float],
    peer: Callable[[], float],
    peer_name: str,
    aim: float | None,
    runs: int = 5,
) -> Figure:
    """Measure `ours / peer`; below the aim is good."""
    mine, theirs = in_turn(ours, peer, runs)
    ratio = median(a / b for a, b in zip(mine, theirs, strict=True))
    return Figure(name, median(mine), median(theirs), peer_name, ratio, aim)


def shown(value: float, unit: str) -> str:
    """A figure with its unit; short times in milliseconds."""
    if unit == "s":
        return f"{value:.2f} s" if value >= 0.1 else f"{value * 1000:.2f} ms"
    return f"{value:.0f} {unit}"


def table(figures: list[Figure]) -> str:
    """The figures as aligned text."""
    head = ("what", "ours", "peer", "ratio", "aim", "", "against")
    rows: list[tuple[str, ...]] = [head]
    for figure in figures:
        bound = "-" if figure.aim is None else f"{'≥' if figure.higher_is_better else '≤'} {figure.aim:.2f}"
        rows.append(
            (
                figure.name,
                shown(figure.ours, figure.unit),
                shown(figure.peer, figure.unit),
                f"{figure.ratio:.2f}",
                bound,
                figure.verdict,
                figure.peer_name,
            )
        )
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )
