"""The small Go programs of the cluster tests, each in a folder of its name, and images of those that run in pods."""

from __future__ import annotations

import os
import platform
import subprocess
from pathlib import Path

from toolchain import gobuild, oci
from toolchain.bases import ARCHITECTURES
from toolchain.cluster import images
from toolchain.home import Home
from toolchain.progress import Progress


def build(name: str, home: Home, folder: Path, package: str = ".") -> Path:
    """Build the program of that name into `folder`; `package` is one that its module requires, or its own."""
    program = folder / name
    subprocess.run(
        [gobuild.find_go(home, Progress()), "build", "-trimpath", "-ldflags=-s -w", "-o", str(program), package],
        cwd=Path(__file__).with_name(name),
        env={**os.environ, **gobuild.environment(home)},
        check=True,
    )
    return program


def image(name: str, home: Home, registry: str, folder: Path, package: str = ".") -> str:
    """The program's image, by digest, in the embedded registry."""
    made = images.make(
        images.ProgramImage(build(name, home, folder, package)), ARCHITECTURES[platform.machine()], folder
    )
    oci.push(registry, f"tests/{name}", "latest", made)
    return f"{registry}/tests/{name}@{made.digest}"
