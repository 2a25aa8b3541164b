"""`python -m model_service`: the service."""

import sys

from http_service.entry import leave_when_told


def main() -> int:
    """Run until told to stop; returns the exit code."""
    leave_when_told()
    from http_service.process import run

    from model_service.app import build_service
    from model_service.settings import ModelSettings

    return run(ModelSettings, build_service)


if __name__ == "__main__":
    sys.exit(main())
