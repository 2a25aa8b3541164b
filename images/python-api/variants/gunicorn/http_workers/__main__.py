"""`python -m http_workers MODULE:FUNCTION`: the service that a function builds, in several processes."""

import importlib
import os
import shutil
import sys
import tempfile
from pathlib import Path

from http_service.entry import leave_when_told

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""Where the processes write their metrics, for the one that is scraped; read when the metrics' library is loaded."""


def main(built_by: str) -> int:
    """Run until told to stop; returns the exit code.

    Args:
        built_by: the function that builds the service, as `package.module:function`.
    """
    leave_when_told()
    # In memory, and empty: a container that is started again may find what its processes wrote before.
    folder = Path(tempfile.gettempdir(), "metrics")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    os.environ[FOLDER] = str(folder)
    from http_workers.application import run

    module, _, name = built_by.partition(":")
    return run(getattr(importlib.import_module(module), name), folder, os.environ)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
