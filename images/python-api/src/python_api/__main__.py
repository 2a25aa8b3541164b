"""`python -m python_api`: the service."""

import sys

from http_service.entry import leave_when_told


def main() -> int:
    """Run until told to stop; returns the exit code."""
    leave_when_told()
    from http_service.process import run
    from http_service.settings import Settings

    from python_api.app import build_service

    return run(Settings, build_service)


if __name__ == "__main__":
    sys.exit(main())
