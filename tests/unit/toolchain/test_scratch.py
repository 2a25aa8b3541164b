"""A command's folder is private and goes with it; a killed command's goes with the next one."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from toolchain.scratch import scratch_folder


def test_the_folder_is_private_and_goes(tmp_path: Path) -> None:
    with scratch_folder(tmp_path / "run", "preview") as folder:
        assert folder.stat().st_mode & 0o077 == 0
        (folder / "file").write_text("x")
    assert list((tmp_path / "run").iterdir()) == []


def test_what_a_dead_command_left_is_swept_up_and_nothing_else(tmp_path: Path) -> None:
    dead = subprocess.Popen(["true"])
    dead.wait()
    left = tmp_path / f"preview-{dead.pid}-abc_1"
    kept = [tmp_path / f"preview-{os.getpid()}-abc", tmp_path / "dev", tmp_path / "prod-1"]
    for folder in (left, *kept):
        (folder / "inside").mkdir(parents=True)
    with scratch_folder(tmp_path, "events"):
        pass
    assert sorted(tmp_path.iterdir()) == sorted(kept)
