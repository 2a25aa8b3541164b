"""What a cluster could leave on the machine that it ran on."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

from toolchain.cluster import addresses
from toolchain.cluster.layout import Layout
from toolchain.home import Home

MACHINE = ("/proc/sys/net/ipv4/ip_forward", "/proc/sys/net/ipv4/conf/all/route_localnet")

FOLDERS = ("/etc", "/opt", "/usr/libexec", "/var/lib")
"""Where Kubernetes' programs write if they are not kept from it."""


@dataclass(frozen=True)
class Traces:
    """Everything on this machine that a cluster could leave behind."""

    processes: frozenset[str]
    mounts: frozenset[str]
    links: frozenset[str]
    namespaces: frozenset[str]
    rules: tuple[str, ...]
    groups: frozenset[str]
    folders: tuple[str, ...]
    settings: tuple[str, ...]


def traces(home: Home) -> Traces:
    root = str(Layout(home).root)
    listed = subprocess.run(["iptables-save"], capture_output=True, text=True, check=True).stdout.splitlines()
    chains = [line.split()[0] for line in listed if line.startswith(":") and line.split()[1] == "-"]
    return Traces(
        processes=frozenset(process for process in running() if root in process),
        mounts=frozenset(line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()),
        links=frozenset(os.listdir("/sys/class/net")),
        namespaces=frozenset(os.listdir("/run/netns") if Path("/run/netns").exists() else ()),
        rules=(*chains, *(line for line in listed if line.startswith("-A"))),
        groups=frozenset(str(group) for group in Path("/sys/fs/cgroup").glob(f"**/{Layout(home).group}")),
        folders=tuple(f"{folder}/{name}" for folder in FOLDERS for name in sorted(os.listdir(folder))),
        settings=tuple(Path(name).read_text() for name in MACHINE),
    )


def running() -> Iterator[str]:
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            yield " ".join([process.exe(), *process.cmdline()])


def left_by_cluster(home: Home) -> list[str]:
    """What there still is of a home's cluster; nothing, unless it runs."""
    found, root = traces(home), str(Layout(home).root)
    return [
        *sorted(found.processes),
        *sorted(found.groups),
        *(mount for mount in sorted(found.mounts) if mount.startswith(f"{root}/")),
        *(link for link in sorted(found.links) if link == addresses.LINK),
        *(rule for rule in found.rules if "SLIPWAY-" in rule),
    ]
