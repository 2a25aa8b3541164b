"""A copy of the checkout in which `./slipway` and `make` work as in a clone, without a second virtual environment."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.support.docs.pages import CHECKOUT

STAMP = "slipway-bootstrap"
"""The file by which `toolchain/bootstrap.sh` knows what a virtual environment was made from, and for which folder."""


def own_virtualenv(folder: Path) -> None:
    """Give a copied checkout a `.venv` that the bootstrap takes for current: links to this one's, and its own stamp.

    With one link for the whole folder, the bootstrap of the copy would install the copy into this checkout's.
    """
    venv = folder / ".venv"
    venv.unlink(missing_ok=True)
    venv.mkdir()
    for entry in (CHECKOUT / ".venv").iterdir():
        if entry.name != STAMP:
            (venv / entry.name).symlink_to(entry)
    sums = [_checksum(folder / name) for name in ("uv.lock", "pyproject.toml")]
    (venv / STAMP).write_text(f"{' '.join([str(folder), *sums])}\n", encoding="utf-8")


def _checksum(file: Path) -> str:
    return subprocess.run(["cksum"], input=file.read_bytes(), capture_output=True, check=True).stdout.decode().strip()
