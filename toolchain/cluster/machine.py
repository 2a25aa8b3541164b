"""What the cluster needs of the machine it runs on."""

import os
import platform
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass

from toolchain import debian
from toolchain.bases import ARCHITECTURES
from toolchain.errors import ToolchainError
from toolchain.home import Home
from toolchain.pins import AptPackage
from toolchain.progress import Progress

PACKAGES: Mapping[str, str] = {
    "ip": "iproute2",
    "iptables": "iptables",
    "iptables-restore": "iptables",
    "mount": "mount",
    "nft": "nftables",
    "openssl": "openssl",
    "runc": "runc",
    "unshare": "util-linux",
}
"""Programs, and the Debian packages that hold them."""


@dataclass(frozen=True)
class Machine:
    """What was found.

    Attributes:
        runc: The program that starts containers.
        architecture: In Go's words: `amd64`, `arm64`.
    """

    runc: str
    architecture: str


def ensure(home: Home, progress: Progress) -> Machine:
    """See that this machine can run a cluster; Debian packages that are missing are installed.

    Raises:
        ToolchainError: It cannot, and why.
    """
    use = "use a cluster of your own: kind, k3d or any other in your kubeconfig"
    if sys.platform != "linux":
        raise ToolchainError(f"slipway's own cluster runs on Linux, and this is {sys.platform}", use)
    if os.geteuid() != 0:
        raise ToolchainError("slipway's own cluster needs root, and this is another user", f"run as root, or {use}")
    architecture = ARCHITECTURES.get(platform.machine())
    if architecture is None:
        raise ToolchainError(f"slipway's own cluster does not run on a {platform.machine()} processor", use)
    for package in dict.fromkeys(package for program, package in PACKAGES.items() if find(program) is None):
        debian.install(AptPackage(package, "install"), home, progress)
    return Machine(find("runc") or "runc", architecture)


def find(program: str) -> str | None:
    """Where a program is, also where only root's PATH leads; None if it is nowhere."""
    return shutil.which(program) or shutil.which(program, path="/usr/sbin:/sbin")


def has_rules() -> bool:
    """Whether this machine can have packet filter rules at all."""
    return find("iptables") is not None
