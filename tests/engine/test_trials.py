"""A test of an image that is killed in the middle: its container is found and ended, and nothing of it is left."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Generator
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.support.container import Workshop, build
from tests.support.small_image import BASE
from tests.support.waiting import eventually
from tests.support.workbench import CHECKOUT
from toolchain import trials
from toolchain.home import Home

STEP = "import json, sys; from provider.image_test import image_test; image_test(json.loads(sys.argv[1]))"


def running(mark: str) -> list[psutil.Process]:
    """The processes of a container whose command carries a mark."""
    return [each for each in psutil.process_iter(["cmdline"]) if (each.info["cmdline"] or [""])[-1] == f"#{mark}"]


@pytest.fixture
def home() -> Home:
    return Home.from_environment()


@pytest.fixture
def tried(home: Home, tmp_path: Path) -> Generator[tuple[subprocess.Popen[bytes], str]]:
    """A test of an image that waits for an answer which never comes, and what marks the container's process."""
    folder, mark = tmp_path / "image", uuid.uuid4().hex
    folder.mkdir()
    (folder / "Dockerfile").write_text(f"FROM {BASE}\nUSER 10001:10001\n")
    image = build(folder, "tests/trials", Workshop.opened(home), tmp_path)
    run: dict[str, Any] = {
        "user": 10001, "group": 10001, "memory": 2**28, "processes": 16, "environ": {}, "folders": [], "port": 8000,
        "command": ["python3", "-c", "import time; time.sleep(3600)", f"#{mark}"], "paths": ["/health"], "check": [],
        "needs": "", "startupSeconds": 3600, "timeoutSeconds": 1, "graceSeconds": 1,
    }  # fmt: skip
    inputs = json.dumps({"reference": image.reference, "insecure": True, "run": run})
    process = subprocess.Popen([sys.executable, "-c", STEP, inputs], cwd=CHECKOUT, start_new_session=True)
    try:
        assert eventually(lambda: bool(running(mark)), 120)
        yield process, mark
    finally:
        process.kill()
        process.wait()


def test_what_a_killed_test_of_an_image_leaves_is_taken_away(
    home: Home, tried: tuple[subprocess.Popen[bytes], str]
) -> None:
    # given a test that is killed while its container runs, which goes on running
    process, mark = tried
    (folder,) = home.trials.glob(f"{process.pid}-*")
    (name,) = [each.name for each in (folder / trials.STATE).iterdir()]
    process.kill()
    process.wait()
    assert running(mark)
    assert (folder / trials.ROOT).is_mount()
    # when the next command sweeps, as `slipway up`, `destroy` and `down` do
    assert trials.sweep(home) >= 1
    # then there is no process, no mount, no file and no control group of it
    assert eventually(lambda: not running(mark))
    assert str(folder) not in Path("/proc/self/mountinfo").read_text()
    assert not folder.exists()
    assert not [found for found, _, _ in os.walk("/sys/fs/cgroup") if found.endswith(name)]


def test_a_test_of_an_image_that_goes_on_is_left_alone(home: Home, tried: tuple[subprocess.Popen[bytes], str]) -> None:
    process, mark = tried
    trials.sweep(home)
    assert running(mark)
    assert process.poll() is None
    process.kill()
    process.wait()
    trials.sweep(home)
    assert eventually(lambda: not running(mark))
