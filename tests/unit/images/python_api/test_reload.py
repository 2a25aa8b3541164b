"""The service is started again whenever its source changes."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from python_api import reload

from tests.support.waiting import eventually

MODULE = Path(reload.__file__)


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Path]:
    """A folder with a watched source, whose program notes every start in a file beside it."""
    source = tmp_path / "source"
    source.mkdir()
    write(source, "one")
    command = "import runpy, sys; from pathlib import Path; from python_api import reload; "
    command += f"serve = lambda: runpy.run_path({str(source / 'program.py')!r}); "
    command += f"sys.exit(reload.run(Path({str(source)!r}), serve))"
    watching = subprocess.Popen([sys.executable, "-c", command], env={"PYTHONPATH": str(MODULE.parents[1])})
    try:
        yield tmp_path
    finally:
        watching.send_signal(signal.SIGTERM)
        assert watching.wait(30) == 0


def write(source: Path, word: str) -> None:
    program = f"import time\nopen({str(source.parent / 'starts')!r}, 'a').write('{word}\\n')\ntime.sleep(3600)\n"
    (source / "program.py").write_text(program)


def starts(folder: Path) -> list[str]:
    file = folder / "starts"
    return file.read_text().split() if file.is_file() else []


def test_a_change_starts_the_new_source(started: Path):
    assert eventually(lambda: starts(started) == ["one"])

    write(started / "source", "two")

    assert eventually(lambda: starts(started) == ["one", "two"])


def test_a_mistake_is_mended_by_the_next_change(started: Path):
    assert eventually(lambda: starts(started) == ["one"])
    (started / "source" / "program.py").write_text("this is no program")

    write(started / "source", "two")

    assert eventually(lambda: starts(started)[-1] == "two")
