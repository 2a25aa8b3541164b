"""The stand-in plugins: Python programs of this project, for machines that cannot download the official ones.

Their source is copied out of the checkout into `standins/<hash>/`, so that a run is not disturbed by an edit, and a
second checkout with the same source finds them ready. Wrapper scripts, where the engine looks for plugins, point to
the copy that was asked for last.
"""

import shutil
import sys
import tempfile
from functools import cache
from pathlib import Path

from toolchain import files
from toolchain.commands import run
from toolchain.gobuild import uv
from toolchain.home import Home
from toolchain.progress import Progress

MARKER = "# slipway stand-in"
"""The second line of every wrapper script, by which a stand-in is told from an official plugin."""

SOURCE = Path(__file__).with_name("plugins")
PROJECT = SOURCE.parent.parent

GROUP = "standins"
"""The dependency group of `pyproject.toml` that names what the stand-ins import; `uv.lock` has versions and hashes."""

RUNNER = """\
import runpy
import sys

runpy.run_module(sys.argv.pop(1), run_name="__main__", alter_sys=True)
"""
"""Beside the copied source, which is thereby importable: a PYTHONPATH would be inherited by the user's program."""

WRAPPER = """\
#!/bin/sh
{marker}: {module}, where the official plugin is out of reach
exec "{python}" -Es "{source}/run.py" {module} "$@"
"""

MEND = "check that PyPI is within reach and that the disk has 500 MB free, then run again"


@cache
def key() -> str:
    """What the stand-ins are made from: their source, and the lock file that pins what they import."""
    return files.digest([_source_key().encode(), _environment_key().encode()])


def prepare(home: Home, progress: Progress) -> tuple[Path, Path]:
    """Copy the source and make the environment, unless both are there.

    Returns:
        The interpreter, and the folder that holds the source.

    Raises:
        ToolchainError: PyPI is out of reach, or the disk is full.
    """
    python = home.standins / f"environment-{_environment_key()}" / "bin" / "python"
    if not python.exists():
        with progress.step("making the environment of the stand-in plugins"):
            _make_environment(python.parent.parent, home)
    source = home.standins / _source_key()
    if not source.is_dir():
        _copy_source(source, python, home)
    return python, source


def install(module: str, wrapper: Path, home: Home, progress: Progress) -> None:
    """Put a wrapper script for one stand-in in place.

    Args:
        module: Of `toolchain.plugins`, run as a program.
        wrapper: Where the engine looks for the plugin.
        home: Where source and environment are kept.
        progress: Told what is going on.
    """
    python, source = prepare(home, progress)
    files.write(wrapper, WRAPPER.format(marker=MARKER, module=module, python=python, source=source), mode=0o755)


def is_standin(program: Path) -> bool:
    """Whether this program is one of the wrappers written here."""
    try:
        with program.open("rb") as file:
            return MARKER.encode() in file.read(200)
    except OSError:
        return False


def in_use(home: Home) -> bool:
    """Whether any provider installed is a stand-in."""
    return any(is_standin(program) for program in home.pulumi.glob("plugins/resource-*/pulumi-resource-*"))


def _source_key() -> str:
    return files.tree_digest(SOURCE, "**/*.py")[:16]


def _environment_key() -> str:
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    lock = (PROJECT / "uv.lock").read_bytes()
    return files.digest([lock, version.encode(), GROUP.encode()])[:16]


def _make_environment(folder: Path, home: Home) -> None:
    """A virtual environment with the locked versions, hashes checked; made in place, since it cannot be moved."""
    shutil.rmtree(folder, ignore_errors=True)
    environ = {"UV_CACHE_DIR": str(home.uv_cache), "UV_PYTHON_DOWNLOADS": "never", "VIRTUAL_ENV": str(folder)}
    log = home.logs / "standins.log"
    program = uv(home)
    with tempfile.TemporaryDirectory() as work:
        locked = Path(work) / "locked.txt"
        export = [program, "export", "--quiet", "--frozen", "--only-group", GROUP, "-o", str(locked)]
        run(export, log, MEND, environ=environ, cwd=PROJECT)
        try:
            run([program, "venv", "--quiet", "--python", sys.executable, str(folder)], log, MEND, environ=environ)
            run(
                [program, "pip", "sync", "--quiet", "--compile-bytecode", "--require-hashes", str(locked)],
                log,
                MEND,
                environ=environ,
            )
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise


def _copy_source(target: Path, python: Path, home: Home) -> None:
    """Copy the package beside its final place, compile it, and move it there in one step."""
    home.standins.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=".source-", dir=home.standins))
    try:
        package = work / "toolchain"
        shutil.copytree(SOURCE, package / "plugins", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copyfile(SOURCE.parent / "__init__.py", package / "__init__.py")
        (work / "run.py").write_text(RUNNER)
        # Compiled now: plugins start with every run of the engine.
        compilation = [str(python), "-m", "compileall", "-q", "-s", str(work), "-p", str(target), str(work)]
        run(compilation, home.logs / "standins.log", MEND)
        work.chmod(0o755)
        work.rename(target)
    except OSError:
        if not target.is_dir():  # else another run was faster, with the same content
            raise
    finally:
        shutil.rmtree(work, ignore_errors=True)
