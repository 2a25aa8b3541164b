"""Private folders for the time of one command, swept up by the next one when the command was killed."""

from __future__ import annotations

import re
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

_NAME = re.compile(r"[a-z]+-(?P<pid>[0-9]+)-[a-z0-9_]+")


@contextmanager
def scratch_folder(parent: Path, purpose: str) -> Generator[Path]:
    """A new folder below `parent` that only this user can read, removed with all it holds when the block ends.

    Args:
        parent: Made if it is missing. Folders that dead processes left in it are removed.
        purpose: A word in lower case for the folder's name.
    """
    parent.mkdir(parents=True, exist_ok=True)
    for folder in parent.iterdir():
        name = _NAME.fullmatch(folder.name)
        if name and not psutil.pid_exists(int(name["pid"])):
            shutil.rmtree(folder, ignore_errors=True)
    pid = psutil.Process().pid
    with TemporaryDirectory(prefix=f"{purpose}-{pid}-", dir=parent) as made:
        yield Path(made)
