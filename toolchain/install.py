"""Bringing tools onto the machine."""

import contextlib
import fcntl
import itertools
from collections.abc import Generator, Iterable
from pathlib import Path

from toolchain import debian, download, gobuild, standins, web, wheels
from toolchain.commands import output_of, run
from toolchain.errors import ToolchainError, explained
from toolchain.home import Home
from toolchain.installed import Installed, file_key, find, remember, target
from toolchain.pins import GoPackage, Tool, pins, version_in
from toolchain.progress import Progress

ENGINE = (
    "pulumi",
    "pulumi-language-python",
    "pulumi-language-python-exec",
    "pulumi-resource-pulumi-python",
    "docker-build",
    "kubernetes",
    "random",
)
"""What every run of the engine needs, previews included."""

SERVICES = ("buildkitd", "runc", "docker-registry", "mmdebstrap")
"""What the embedded registry and BuildKit need; nothing of it where Docker does their work."""


def ensure(names: Iterable[str], home: Home, progress: Progress) -> dict[str, Path]:
    """Bring every tool that is missing or outdated, in the order of preference.

    On PATH in a version that fits, else an official download with a pinned checksum, else built from its published Go
    module, from Debian's archive, or a stand-in. Interrupted, the next call goes on where this one stopped; two calls
    at once wait for each other.

    Args:
        names: Names in `pins.toml`.
        home: Where they go.
        progress: Told what is going on; silent if all is there.

    Returns:
        Each tool's program.

    Raises:
        ToolchainError: A tool cannot be had on this machine, and why.
    """
    tools = [pins().tool(name) for name in names]
    with explained(f"bringing tools into {home.root}"):
        found = {tool.name: _settle(tool, home) for tool in tools}
        if not all(found.values()):
            with _locked(home, progress):
                found = {tool.name: _settle(tool, home) for tool in tools}
                found |= _bring([tool for tool in tools if found[tool.name] is None], home, progress)
    return {name: installed.path for name, installed in found.items() if installed}


def _settle(tool: Tool, home: Home) -> Installed | None:
    """What is there, written down, so that the next call need not start a program to ask for its version."""
    found = find(tool, home)
    if found is None or (found.origin == "stand-in" and tool.plugin and web.reachable(home)):
        return None
    own = target(tool, home)
    if found.path != own and standins.is_standin(own):
        own.unlink()  # it would be found before the official program
    return remember(tool, found, home)


def _bring(missing: list[Tool], home: Home, progress: Progress) -> dict[str, Installed]:
    """Everything that is not there; programs of one Go module are built together."""
    brought: dict[str, Installed] = {}

    def keep(installed: dict[str, Installed]) -> None:
        # At once: what comes next may fail, and may need it.
        brought.update({name: remember(pins().tool(name), one, home) for name, one in installed.items()})

    for tool in missing:
        if installed := _official(tool, home, progress):
            keep({tool.name: installed})
    online = any(tool.plugin for tool in missing) and web.reachable(home)
    left = [tool for tool in missing if tool.name not in brought]
    keep(_build([tool for tool in left if tool.go and not (tool.plugin and online)], home, progress))
    for tool in left:
        if tool.name not in brought:
            # A CLI that was just brought may have brought it along.
            installed = _settle(tool, home) or _plugin(tool, home, progress)
            keep({tool.name: installed} if installed else _other(tool, home, progress))
    return brought


def _official(tool: Tool, home: Home, progress: Progress) -> Installed | None:
    """A pinned download, if one is offered and its host is within reach."""
    if not download.offered(tool) or not web.reachable(home):
        return None
    path = download.bring(tool, home, progress)
    return Installed("download", tool.version, path, tool.version) if path else None


def _plugin(tool: Tool, home: Home, progress: Progress) -> Installed | None:
    """The official provider, fetched by the engine's own command; None without the web."""
    if not tool.plugin or not web.reachable(home):
        return None
    pulumi = find(pins().tool("pulumi"), home)
    if pulumi is None:
        return None
    program = target(tool, home)
    if standins.is_standin(program):
        program.unlink()
        program.parent.rmdir()
    environ = {"PULUMI_HOME": str(home.pulumi), "PULUMI_SKIP_UPDATE_CHECK": "true"}
    command = [str(pulumi.path), "plugin", "install", "resource", tool.name, tool.version]
    try:
        with progress.step(f"fetching the official {tool.title} {tool.version}"):
            run(command, home.logs / "plugins.log", "", environ=environ)
    except ToolchainError as error:
        progress.line(f"  the official {tool.title} cannot be had: {error.message}")
        web.note_unreachable(home)
        return None
    return Installed("download", tool.version, program, tool.version)


def _build(tools: list[Tool], home: Home, progress: Progress) -> dict[str, Installed]:
    """Programs built from their Go modules."""
    built: dict[str, Installed] = {}
    pinned = sorted(((tool.go, tool) for tool in tools if tool.go), key=lambda pair: pair[0].module)
    for module, group in itertools.groupby(pinned, key=lambda pair: pair[0].module):
        members = list(group)
        packages: dict[GoPackage, Path] = {package: target(tool, home) for package, tool in members}
        gobuild.build(module, packages, home, progress)
        key = gobuild.key(module)
        built |= {tool.name: Installed("built", tool.version, packages[go], key) for go, tool in members}
    return built


def _other(tool: Tool, home: Home, progress: Progress) -> dict[str, Installed]:
    """A program or a file of a Go module, Debian's package, or a stand-in."""
    return _build([tool], home, progress) if tool.go else {tool.name: _from_elsewhere(tool, home, progress)}


def _from_elsewhere(tool: Tool, home: Home, progress: Progress) -> Installed:
    place = target(tool, home)
    if tool.file:
        gobuild.copy(tool.file, place, home, progress)
        return Installed("module", tool.version, place, gobuild.key(tool.file.module))
    if tool.wheel:
        wheels.install(tool.wheel, place, home, progress)
        return Installed("wheel", tool.version, place, tool.wheel.requirement)
    if tool.apt and tool.apt.how == "unpack":
        debian.unpack(tool.apt, place, home, progress)
        printed = output_of([str(place), *tool.probe]) or ""
        return Installed("apt", version_in(printed) or tool.version, place, file_key(place))
    if tool.apt:
        debian.install(tool.apt, home, progress)
        found = find(tool, home)
        if found:
            return Installed("apt", found.version, found.path, found.key)
    if tool.standin:
        standins.install(tool.standin.module, place, home, progress)
        return Installed("stand-in", tool.version, place, standins.key())
    raise ToolchainError(
        f"the {tool.title} ({tool.name} {tool.version}) cannot be had on this machine",
        f"install {tool.name} {tool.version} or newer and put it on PATH",
    )


@contextlib.contextmanager
def _locked(home: Home, progress: Progress) -> Generator[None]:
    """One run at a time changes a home."""
    home.run.mkdir(parents=True, exist_ok=True)
    with (home.run / "install.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            progress.line(f"· waiting for another run that is installing into {home.root} …")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
