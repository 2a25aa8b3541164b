"""Services that a test may kill: a `$SLIPWAY_HOME` with a registry and a BuildKit of its own, and the shared tools."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from tests.support.ports import free_port
from tests.support.workbench import CHECKOUT
from toolchain.home import Home

SHARED = ("bases", "debs", "downloads", "go", "schemas", "standins", "uv", "uv-cache")
"""Folders of the home that hold nothing which runs."""

COPIED = ("bin", "pulumi/plugins")
"""Folders in which a tool that is not current is made anew: the private home gets its own, made of links."""


@contextmanager
def private_machine(folder: Path, shared: Home) -> Generator[dict[str, str]]:
    """A machine in `folder`, whose services run inside the block if something starts them; gives its variables."""
    home = folder / "home"
    for name in SHARED:
        (shared.root / name).mkdir(parents=True, exist_ok=True)
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).symlink_to(shared.root / name)
    for name in COPIED:
        if (shared.root / name).is_dir():
            shutil.copytree(shared.root / name, home / name, copy_function=_link, symlinks=True)
    (home / "stamps").mkdir()
    for stamp in (shared.root / "stamps").glob("*.json"):
        (home / "stamps" / stamp.name).write_text(stamp.read_text().replace(f"{shared.root}/", f"{home}/"))
    if (memory := shared.run / "web.json").is_file():
        (home / "run").mkdir()
        shutil.copy(memory, home / "run")
    port = free_port()
    variables = {
        "SLIPWAY_HOME": str(home),
        "SLIPWAY_REGISTRY_PORT": str(port),
        "SLIPWAY_SERVICES": "embedded",
        "SLIPWAY__REGISTRY__ADDRESS": f"127.0.0.1:{port}",
    }
    try:
        yield variables
    finally:
        subprocess.run(
            [sys.executable, "-m", "cli.main", "down"],
            cwd=CHECKOUT,
            env=os.environ | variables,
            check=True,
            capture_output=True,
        )


def _link(source: str, target: str) -> str:
    """The same file twice; the engine takes no symbolic link for a plugin. Tools are replaced, never written into."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
    return target
