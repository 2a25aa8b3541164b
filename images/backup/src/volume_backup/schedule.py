"""When something is due: pure arithmetic, so that a restart changes nothing."""


def slot(moment: float, every: int, at: int) -> int:
    """The number of the interval that a moment is in; a new one begins each `every` seconds, one of them at `at`."""
    return int((moment - at) // every)


def due(last: float | None, now: float, every: int, at: int) -> bool:
    """Whether something that was done at `last` is to be done again; what was never done is.

    Args:
        last: when it was done, in seconds since 1970; None if never, or if nobody knows.
        now: the present moment.
        every: seconds between two times.
        at: seconds after midnight, UTC, at which one of the times falls.
    """
    return last is None or slot(now, every, at) > slot(last, every, at)


def wait(now: float, every: int, at: int) -> float:
    """Seconds until the next interval begins."""
    return (slot(now, every, at) + 1) * every + at - now
