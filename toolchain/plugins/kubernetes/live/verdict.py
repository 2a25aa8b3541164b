"""What a look at an object finds: ready, not yet, or never."""

import enum
from dataclasses import dataclass


class Phase(enum.Enum):
    """How far an object is."""

    READY = "ready"
    WAITING = "waiting"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Verdict:
    """How far an object is, and in words: for WAITING a status line, for FAILED the reason."""

    phase: Phase
    message: str = ""


READY = Verdict(Phase.READY)


def waiting(message: str) -> Verdict:
    """Returns the verdict that it is not ready yet."""
    return Verdict(Phase.WAITING, message)


def failed(message: str) -> Verdict:
    """Returns the verdict that it will not get ready."""
    return Verdict(Phase.FAILED, message)
