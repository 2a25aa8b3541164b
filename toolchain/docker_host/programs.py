"""The programs of the Docker host, out of Debian's packages: unpacked, since installed they would start services."""

import os
import sys
from collections.abc import Mapping

from toolchain import debian
from toolchain.cluster.machine import find
from toolchain.commands import output_of
from toolchain.docker_host.layout import Layout
from toolchain.errors import ToolchainError
from toolchain.pins import AptPackage, version_in
from toolchain.progress import Progress

UNPACKED: Mapping[str, Mapping[str, str]] = {
    "docker.io": {"dockerd": "usr/sbin/dockerd", "docker": "usr/bin/docker"},
    "containerd": {
        "containerd": "usr/bin/containerd",
        "containerd-shim-runc-v2": "usr/bin/containerd-shim-runc-v2",
    },
    "tini": {"docker-init": "usr/bin/tini-static"},
}
"""Package → program → its path in the package."""

CLIENT = ("docker", "docker-cli", "usr/bin/docker")
"""The client, its path, and the package that holds it where Debian has taken it out of the engine's."""

INSTALLED: Mapping[str, str] = {
    "ip": "iproute2",
    "iptables": "iptables",
    "mount": "mount",
    "nsenter": "util-linux",
    "runc": "runc",
    "slirp4netns": "slirp4netns",
    "unshare": "util-linux",
}
"""Programs that belong to the system, and the Debian packages that hold them; none starts anything."""

LIBRARIES: Mapping[str, str] = {
    "libdevmapper.so.1.02.1": "libdevmapper1.02.1",
    "libsystemd.so.0": "libsystemd0",
}
"""What the Docker daemon is linked with, and the packages that a small system may lack."""

USE = "use an engine of your own: name it in DOCKER_HOST"


def ensure(layout: Layout, progress: Progress) -> None:
    """Have every program.

    Raises:
        ToolchainError: This machine cannot run them, and why; or apt's own words.
    """
    if sys.platform != "linux":
        raise ToolchainError(f"slipway's own Docker host runs on Linux, and this is {sys.platform}", USE)
    if os.geteuid() != 0:
        raise ToolchainError("slipway's own Docker host needs root, and this is another user", f"run as root, or {USE}")
    for package in dict.fromkeys(package for program, package in INSTALLED.items() if find(program) is None):
        debian.install(AptPackage(package, "install"), layout.home, progress)
    for package, programs in UNPACKED.items():
        targets = {path: layout.bin / program for program, path in programs.items()}
        if not all(target.is_file() for target in targets.values() if target.name != CLIENT[0]):
            debian.unpack_all(package, targets, layout.home, progress)
    client, package, path = CLIENT
    if not (layout.bin / client).is_file():
        debian.unpack(AptPackage(package, "unpack", path), layout.bin / client, layout.home, progress)
    for library in missing_libraries(output_of(["ldd", str(layout.bin / "dockerd")]) or ""):
        debian.install(AptPackage(LIBRARIES[library], "install"), layout.home, progress)


def major_version(layout: Layout) -> int:
    """The engine's major version; settings come and go with it."""
    found = version_in(output_of([str(layout.bin / "dockerd"), "--version"]) or "")
    return int(found.split(".")[0]) if found else 0


def missing_libraries(listed: str) -> list[str]:
    """Those of `LIBRARIES` that `ldd` did not find."""
    return [library for library in LIBRARIES if f"{library} => not found" in listed]
