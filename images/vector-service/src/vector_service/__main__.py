"""`python -m vector_service`: the service."""

import sys

from http_service.entry import leave_when_told


def main() -> int:
    """Run until told to stop; returns the exit code."""
    leave_when_told()
    from http_service.process import run

    from vector_service.app import build_service
    from vector_service.settings import Settings

    return run(Settings, build_service)


if __name__ == "__main__":
    sys.exit(main())
