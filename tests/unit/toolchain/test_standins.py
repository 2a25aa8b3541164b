"""Stand-ins run from a copy of the checkout's source, and are told from official programs."""

import subprocess
import sys
from pathlib import Path

import pytest

from toolchain import standins
from toolchain.home import Home
from toolchain.progress import Progress


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home whose stand-ins run in this test's own interpreter, from source made here."""
    source = tmp_path / "checkout" / "toolchain" / "plugins"
    source.mkdir(parents=True)
    (source.parent / "__init__.py").write_text("")
    (source / "__init__.py").write_text("")
    (source / "echo.py").write_text("import os, sys; print(__name__, sys.argv[1:], os.environ.get('PYTHONPATH'))")
    monkeypatch.setattr(standins, "SOURCE", source)

    def link(folder: Path, _: Home) -> None:
        (folder / "bin").mkdir(parents=True)
        (folder / "bin" / "python").symlink_to(sys.executable)

    monkeypatch.setattr(standins, "_make_environment", link)
    return Home(tmp_path / "a home")


def install(home: Home) -> Path:
    wrapper = home.bin / "pulumi-echo"
    standins.install("toolchain.plugins.echo", wrapper, home, Progress(quiet=60))
    return wrapper


def test_a_wrapper_runs_its_module_with_the_callers_arguments(home: Home) -> None:
    done = subprocess.run([install(home), "one", "two words"], capture_output=True, text=True, check=True)
    assert done.stdout == "__main__ ['one', 'two words'] None\n"


def test_an_edit_in_the_checkout_does_not_reach_a_run_under_way(home: Home) -> None:
    wrapper = install(home)
    (standins.SOURCE / "echo.py").write_text("print('edited')")
    assert subprocess.run([wrapper], capture_output=True, text=True, check=True).stdout.startswith("__main__")


def test_edited_source_is_run_after_the_next_installation(home: Home) -> None:
    install(home)
    (standins.SOURCE / "echo.py").write_text("print('edited')")
    assert subprocess.run([install(home)], capture_output=True, text=True, check=True).stdout == "edited\n"


def test_going_back_to_earlier_source_finds_it_ready(home: Home) -> None:
    _, first = standins.prepare(home, Progress(quiet=60))
    made = first.stat().st_ctime_ns
    (standins.SOURCE / "new.py").write_text("")
    assert standins.prepare(home, Progress(quiet=60))[1] != first
    (standins.SOURCE / "new.py").unlink()
    assert standins.prepare(home, Progress(quiet=60))[1] == first
    assert first.stat().st_ctime_ns == made


def test_a_wrapper_is_told_from_an_official_program(home: Home, tmp_path: Path) -> None:
    (tmp_path / "official").write_bytes(b"\x7fELF")
    assert standins.is_standin(install(home))
    assert not standins.is_standin(tmp_path / "official")
    assert not standins.is_standin(tmp_path / "missing")


def test_stand_ins_are_in_use_once_a_provider_is_one(home: Home) -> None:
    assert not standins.in_use(home)
    standins.install("toolchain.plugins.echo", home.plugin("random", "4.21.1"), home, Progress(quiet=60))
    assert standins.in_use(home)
