"""What is on the machine: a tool, where it came from, and whether it still is what the pins ask for."""

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from toolchain import files, gobuild, standins
from toolchain.commands import output_of
from toolchain.home import Home
from toolchain.pins import Tool, fits, pins, version_in

Origin = Literal["PATH", "download", "built", "module", "apt", "wheel", "stand-in"]

SYSTEM_FOLDERS = ("/usr/local/sbin", "/usr/sbin", "/sbin")
"""Where Debian puts runc; not everybody's PATH names them."""


@dataclass(frozen=True)
class Installed:
    """A tool that can be used.

    Attributes:
        origin: How it came here: `PATH` was there before; `module` is a file out of a Go module.
        version: What it says of itself, or what the pins say of what was built.
        path: The program.
        key: What it was made from; the tool is made again when the pins ask for something else.
    """

    origin: Origin
    version: str
    path: Path
    key: str


def target(tool: Tool, home: Home) -> Path:
    """Where a tool goes that is brought here."""
    return home.plugin(tool.name, tool.version) if tool.plugin else home.bin / tool.name


def stamp(tool: Tool, home: Home) -> Path:
    """The file that remembers where a tool came from."""
    return home.root / "stamps" / f"{tool.name}.json"


def remember(tool: Tool, found: Installed, home: Home) -> Installed:
    """Write down where a tool came from, and give it back."""
    files.write(stamp(tool, home), json.dumps(asdict(found) | {"path": str(found.path)}))
    return found


def find(tool: Tool, home: Home, environ: Mapping[str, str] | None = None) -> Installed | None:
    """The tool as it is now, None if it must be brought. Nothing is changed.

    An official program always wins over a stand-in.
    """
    return _official(tool, home, environ) or _remembered(tool, home, environ) or on_path(tool, home, environ)


def on_path(tool: Tool, home: Home, environ: Mapping[str, str] | None = None) -> Installed | None:
    """The tool on the caller's PATH, if it fits; slipway's own folder does not count."""
    program = _which(tool.name, home, environ) if tool.probe else None
    if program is None:
        return None
    version = version_in(output_of([str(program), *tool.probe]) or "")
    if version is None or not fits(version, tool.version):
        return None
    return Installed("PATH", version, program, file_key(program))


def file_key(program: Path) -> str:
    """What tells that a program of the machine is still the one that was asked for its version."""
    status = program.stat()
    return f"{program}:{status.st_size}:{status.st_mtime_ns}"


def current_key(tool: Tool, found: Installed) -> str:
    """The key that `found` would have if it was brought now."""
    if found.origin in ("PATH", "apt") or (found.origin == "download" and tool.beside):
        return file_key(found.path)
    if found.origin == "stand-in":
        return standins.key()
    if found.origin == "wheel" and tool.wheel:
        return tool.wheel.requirement
    pinned = tool.go or tool.file
    return gobuild.key(pinned.module) if pinned and found.origin in ("built", "module") else tool.version


def _remembered(tool: Tool, home: Home, environ: Mapping[str, str] | None) -> Installed | None:
    try:
        found = Installed(**json.loads(stamp(tool, home).read_text()))
    except (OSError, ValueError, TypeError):
        return None
    found = Installed(found.origin, found.version, Path(found.path), found.key)
    if not found.path.is_file() or found.key != current_key(tool, found):
        return None
    if found.origin == "PATH" and tool.probe and _which(tool.name, home, environ) != found.path:
        return None
    return found


def _official(tool: Tool, home: Home, environ: Mapping[str, str] | None) -> Installed | None:
    """What an official release brought: a provider, or a program beside the CLI. It goes before any stand-in."""
    if tool.plugin and tool.standin:
        program = target(tool, home)
        official = program.is_file() and not standins.is_standin(program)
        return Installed("download", tool.version, program, tool.version) if official else None
    if tool.beside:
        main = find(pins().tool(tool.beside), home, environ)
        if main and main.origin in ("PATH", "download"):
            program = main.path.parent / tool.name
            if program.is_file() and not standins.is_standin(program):
                return Installed(main.origin, main.version, program, file_key(program))
    return None


def _which(name: str, home: Home, environ: Mapping[str, str] | None) -> Path | None:
    path = (os.environ if environ is None else environ).get("PATH", os.defpath)
    folders = [folder for folder in path.split(os.pathsep) if folder and Path(folder) != home.bin]
    found = shutil.which(name, path=os.pathsep.join([*folders, *SYSTEM_FOLDERS]))
    # `slipway env` of another home may be in force: its stand-ins are not official programs.
    return None if found is None or standins.is_standin(Path(found)) else Path(found)
