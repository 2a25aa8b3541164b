"""`python -m python_api`: the service."""

import signal
import sys
from types import FrameType


def _leave(signum: int, frame: FrameType | None) -> None:
    del signum, frame
    sys.exit(0)


def main() -> int:
    """Run until told to stop; returns the exit code."""
    # The first process of a container ignores a signal it has no handler for, so a stop that comes while the
    # libraries load would be waited out and end in a kill.
    signal.signal(signal.SIGTERM, _leave)
    from python_api.service import run

    return run()


if __name__ == "__main__":
    sys.exit(main())
