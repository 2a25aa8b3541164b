"""The script of `images/file-keeper`: what is in its store is where others read it, whole or not at all."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.support.workbench import CHECKOUT

SCRIPT = CHECKOUT / "images" / "file-keeper" / "keep.sh"


@pytest.fixture(name="folders")
def two_folders(tmp_path: Path) -> tuple[Path, Path]:
    """What it copies from, and to."""
    store, kept = tmp_path / "store", tmp_path / "kept"
    store.mkdir()
    kept.mkdir()
    return store, kept


def run(folders: tuple[Path, Path], command: str, *, stays: bool = True) -> int:
    """Run it as in its image, until it has copied."""
    text = SCRIPT.read_text().replace("/store", str(folders[0]))
    script = folders[0].parent / "keep.sh"
    script.write_text(text.replace("sleep infinity", "true") if stays else text)
    environment = {**os.environ, "KEPT": str(folders[1])}
    return subprocess.run(["sh", str(script), command], env=environment, check=False, timeout=30).returncode


def files(folder: Path) -> dict[str, str]:
    return {each.name: each.read_text() for each in folder.iterdir()}


@pytest.mark.parametrize(("command", "older"), [("keep", {}), ("add", {"old": "1"})])
def test_only_what_is_added_leaves_older_files_alone(
    folders: tuple[Path, Path], command: str, older: dict[str, str]
) -> None:
    (folders[1] / "old").write_text("1")
    (folders[0] / "new").write_text("2")

    assert run(folders, command) == 0
    assert files(folders[1]) == {"new": "2", **older}


def test_the_check_sees_a_file_that_is_not_there_yet_or_is_another(folders: tuple[Path, Path]) -> None:
    (folders[0] / "new").write_text("2")
    assert run(folders, "check") == 1
    run(folders, "add")
    assert run(folders, "check") == 0
    (folders[0] / "new").write_text("3")
    assert run(folders, "check") == 1
