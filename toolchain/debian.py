"""Programs from Debian's archive, whose signatures apt checks."""

import os
import shutil
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from toolchain import files
from toolchain.commands import run
from toolchain.errors import ToolchainError
from toolchain.home import Home
from toolchain.pins import AptPackage
from toolchain.progress import Progress

LOCK_TIMEOUT_S = 120
"""How long another apt on the machine may hold the package database."""

MEND = "check that Debian's package archive is within reach, then run again"


def available() -> bool:
    """Whether this machine has Debian's package tools."""
    return shutil.which("apt-get") is not None and shutil.which("dpkg-deb") is not None


def install(package: AptPackage, home: Home, progress: Progress) -> None:
    """Install a package on the system, without what it recommends.

    Raises:
        ToolchainError: Not Debian, not root, or apt's own words.
    """
    _need_apt(package.package)
    if os.geteuid() != 0:
        raise ToolchainError(
            f"{package.package} is missing, and only root may install it",
            f"run: sudo apt-get install --no-install-recommends {package.package}",
        )
    options = ["--yes", "--no-install-recommends", "-o", f"DPkg::Lock::Timeout={LOCK_TIMEOUT_S}"]
    with progress.step(f"installing Debian's {package.package}"):
        _apt(["install", *options, package.package], home, None)


def unpack(package: AptPackage, target: Path, home: Home, progress: Progress) -> None:
    """Take one program out of a package; the system stays as it is.

    Raises:
        ToolchainError: Not Debian, apt's own words, or it is not in the package.
    """
    unpack_all(package.package, {package.path: target}, home, progress)
    if not target.is_file():
        raise ToolchainError(f"Debian's {package.package} has no {package.path}", "install the program yourself")


def unpack_all(package: str, programs: Mapping[str, Path], home: Home, progress: Progress) -> None:
    """Take several programs out of a package; the system stays as it is.

    Args:
        package: Its name.
        programs: From the path in the package to where the program goes. What this release's package lacks is left out.
        home: Where it is unpacked.
        progress: Told what is fetched.

    Raises:
        ToolchainError: Not Debian, or apt's own words.
    """
    _need_apt(package)
    home.debs.mkdir(parents=True, exist_ok=True)
    with (
        progress.step(f"fetching Debian's {package}"),
        tempfile.TemporaryDirectory(prefix="fetch-", dir=home.debs) as work,
    ):
        # As root, apt fetches as the user `_apt`, who cannot write below root's home.
        _apt(["download", "-o", "APT::Sandbox::User=", package], home, Path(work))
        archive = next(Path(work).glob("*.deb"))
        run(["dpkg-deb", "--extract", str(archive), f"{work}/root"], home.logs / "apt.log", MEND)
        for path, target in programs.items():
            if (Path(work) / "root" / path).is_file():
                files.install(Path(work) / "root" / path, target)


def _need_apt(package: str) -> None:
    if not available():
        raise ToolchainError(
            f"{package} is missing, and this machine ({sys.platform}) has no apt to bring it",
            "start Docker, whose engine is used instead of the embedded services",
        )


def _apt(arguments: list[str], home: Home, cwd: Path | None) -> None:
    """Call apt; once more with fresh package lists if it fails, since a new machine has none."""
    log = home.logs / "apt.log"
    environ = {"DEBIAN_FRONTEND": "noninteractive"}
    try:
        run(["apt-get", *arguments], log, MEND, environ=environ, cwd=cwd)
    except ToolchainError:
        if os.geteuid() != 0:
            raise
        run(["apt-get", "update"], log, MEND, environ=environ)
        run(["apt-get", *arguments], log, MEND, environ=environ, cwd=cwd)
