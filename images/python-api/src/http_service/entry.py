"""The first moment of a process. Standard library only, so that it comes before everything that takes long to load."""

import signal
import sys
from types import FrameType


def leave_when_told() -> None:
    """End at a SIGTERM that comes while the libraries load.

    The first process of a container ignores a signal it has no handler for, so that stop would be waited out and end
    in a kill.
    """
    signal.signal(signal.SIGTERM, _leave)


def _leave(signum: int, frame: FrameType | None) -> None:
    del signum, frame
    sys.exit(0)
