"""The tools that slipway brings, read from `pins.toml`."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

from toolchain.errors import ToolchainError

FILE = Path(__file__).with_name("pins.toml")


@dataclass(frozen=True)
class GoPackage:
    """A program built from the module in `golang/<module>/`."""

    module: str
    package: str


@dataclass(frozen=True)
class ModuleFile:
    """A file that a published Go module carries, taken as it is.

    Attributes:
        module: Whose `go.sum` pins it: a folder of `golang/`.
        dependency: The module that carries it.
        path: Inside that module.
    """

    module: str
    dependency: str
    path: str


@dataclass(frozen=True)
class Download:
    """An official archive.

    Attributes:
        url: With `{version}` and `{platform}`.
        folder: The folder in the archive whose files are programs.
        platforms: From `<system>-<machine>` to the name the archive uses.
        sha256: From the archive's platform name to the digest that was published for it; no digest, no download.
    """

    url: str
    folder: str
    platforms: Mapping[str, str]
    sha256: Mapping[str, str]


@dataclass(frozen=True)
class AptPackage:
    """A Debian package.

    Attributes:
        package: Its name.
        how: `install`, or `unpack` to take one program out of it and leave the system as it is.
        path: The program inside an unpacked package.
    """

    package: str
    how: str
    path: str = ""


@dataclass(frozen=True)
class Wheel:
    """A Python package that carries a program.

    Attributes:
        requirement: Its name and version.
        path: The program in it.
    """

    requirement: str
    path: str


@dataclass(frozen=True)
class Standin:
    """A Python module of `toolchain.plugins` that does the official plugin's part."""

    module: str


@dataclass(frozen=True)
class Tool:
    """A program and every origin it may come from.

    Attributes:
        name: The program's name, or the provider's for a plugin.
        title: What it is, in a few words.
        version: The oldest that fits; what is built or downloaded is exactly this.
        probe: The arguments that make it print its version; empty when it is not looked for on PATH.
        beside: The tool whose official release brings it along, in the same folder.
        plugin: Whether it is a resource plugin, kept in the engine's own plugin folder.
    """

    name: str
    title: str
    version: str
    probe: tuple[str, ...] = ()
    beside: str | None = None
    plugin: bool = False
    download: Download | None = None
    go: GoPackage | None = None
    file: ModuleFile | None = None
    apt: AptPackage | None = None
    wheel: Wheel | None = None
    standin: Standin | None = None


@dataclass(frozen=True)
class Pins:
    """Everything in `pins.toml`.

    Attributes:
        tools: By name, in the file's order.
        ldflags: The linker's flags, by Go module.
        go_minimum: The oldest Go that builds the modules.
        go_wheel: The requirement that brings a Go where there is none.
        uv_wheel: The requirement that brings uv where there is none.
    """

    tools: Mapping[str, Tool]
    ldflags: Mapping[str, tuple[str, ...]]
    go_minimum: str
    go_wheel: str
    uv_wheel: str

    def tool(self, name: str) -> Tool:
        """The tool with this name.

        Raises:
            ToolchainError: There is none.
        """
        try:
            return self.tools[name]
        except KeyError:
            raise ToolchainError(f"no tool is called {name!r}", f"name one of: {', '.join(self.tools)}") from None


@cache
def pins() -> Pins:
    """The project's own pins."""
    return parse(tomllib.loads(FILE.read_text()))


def parse(content: Mapping[str, Any]) -> Pins:
    """Pins from the file's content."""
    return Pins(
        tools={name: _tool(name, table) for name, table in content["tools"].items()},
        ldflags={name: tuple(table["ldflags"]) for name, table in content["modules"].items()},
        go_minimum=content["go"]["minimum"],
        go_wheel=content["go"]["wheel"],
        uv_wheel=content["uv"]["wheel"],
    )


def _tool(name: str, table: Mapping[str, Any]) -> Tool:
    def part(key: str, kind: type[Any]) -> Any:
        return kind(**cast("dict[str, Any]", table[key])) if key in table else None

    return Tool(
        name=name,
        title=table["title"],
        version=table["version"],
        probe=tuple(table.get("probe", ())),
        beside=table.get("beside"),
        plugin=table.get("plugin", False),
        download=part("download", Download),
        go=part("go", GoPackage),
        file=part("file", ModuleFile),
        apt=part("apt", AptPackage),
        wheel=part("wheel", Wheel),
        standin=part("standin", Standin),
    )


def version_in(text: str) -> str | None:
    """The first dotted version in what a program printed, None if there is none."""
    found = re.search(r"(?<![\w.])v?(\d+\.\d+(?:\.\d+)?)", text)
    return found[1] if found else None


def fits(found: str, wanted: str) -> bool:
    """Whether a version serves where another is wanted: the same major version, and not older."""
    have, want = ([int(part) for part in version.split(".")] for version in (found, wanted))
    return have[0] == want[0] and have >= want
