"""What is on this machine, where it came from, and what cannot run here."""

import platform
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from toolchain import docker, gobuild, services, web
from toolchain.commands import output_of
from toolchain.home import Home
from toolchain.install import SERVICES
from toolchain.installed import find
from toolchain.pins import Tool, pins, version_in

STANDIN_LIMITS = {
    "docker": "networks, volumes, images and containers; no swarm, no builds",
    "kubernetes": "renders manifests and deploys to clusters; no Helm charts, no kustomizations",
    "pulumi-language-python": "runs programs, policy packs and plugins; does not convert or generate code",
    "random": "every resource of the official provider",
}
"""What a person has to know about each stand-in."""


@dataclass(frozen=True)
class Row:
    """One line of the report.

    Attributes:
        name: The tool or service.
        version: Empty if unknown.
        origin: `PATH`, `download`, `built`, `module`, `apt`, `wheel`, `stand-in`, `missing`, `running`, `stopped`.
        path: The program, or where a service answers.
        note: What follows from it; often empty.
    """

    name: str
    version: str
    origin: str
    path: str
    note: str = ""


def rows(home: Home) -> list[Row]:
    """The report: tools, services, and what limits this machine. Nothing is changed or brought."""
    with_docker = docker.works() and web.reachable(home)
    tools = [_tool_row(tool, home, with_docker) for tool in pins().tools.values()]
    running = [
        Row(f"{one.name} ({one.kind})", "", "running" if one.running else "stopped", one.address)
        for one in services.status(home)
    ]
    return [_python_row(), _uv_row(home), *tools, *running, *_limits(home)]


def render(report: Iterable[Row]) -> str:
    """The report as a table of text, one row a line, columns aligned."""
    table = [("TOOL", "VERSION", "ORIGIN", "WHERE", "NOTE")]
    table += [(row.name, row.version or "-", row.origin, row.path or "-", row.note) for row in report]
    widths = [max(len(line[column]) for line in table) for column in range(len(table[0]))]
    return "\n".join(_line(line, widths) for line in table)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()


def _tool_row(tool: Tool, home: Home, with_docker: bool) -> Row:
    found = find(tool, home)
    if found is None:
        unneeded = with_docker and tool.name in SERVICES
        note = "not needed: Docker runs the services" if unneeded else "brought when first needed"
        return Row(tool.name, tool.version, "missing", "", note)
    note = STANDIN_LIMITS.get(tool.name, "") if found.origin == "stand-in" else ""
    return Row(tool.name, found.version, found.origin, str(found.path), note)


def _python_row() -> Row:
    return Row("python", platform.python_version(), "PATH", sys.executable)


def _uv_row(home: Home) -> Row:
    program = gobuild.uv(home)
    version = version_in(output_of([program, "--version"]) or "")
    if version is None:
        return Row("uv", "", "missing", "", "`./slipway` brings it")
    return Row("uv", version, "download" if program.startswith(str(home.uv)) else "PATH", program)


def _limits(home: Home) -> list[Row]:
    engine = docker.works()
    online = web.reachable(home)
    return [
        _limit(
            "web", online, web.PROBE, "official plugins, and bases on Docker Hub, Alpine and conda, are out of reach"
        ),
        _limit("docker engine", engine, "", "the embedded services are used"),
    ]


def _limit(name: str, there: bool, where: str, otherwise: str) -> Row:
    return Row(name, "", "running" if there else "missing", where, "" if there else otherwise)
