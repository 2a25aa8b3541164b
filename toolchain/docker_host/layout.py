"""Where the Docker host's files are."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from toolchain.home import Home


@dataclass(frozen=True)
class Layout:
    """Paths only; nothing is created.

    Attributes:
        home: Whose Docker host it is; there is one per home.
    """

    home: Home

    @property
    def root(self) -> Path:
        """Everything of the Docker host but its socket and its logs."""
        return self.home.docker_host

    @property
    def bin(self) -> Path:
        """The programs."""
        return self.root / "bin"

    @property
    def data(self) -> Path:
        """Images, volumes and containers; they stay when the host is stopped, as on any other."""
        return self.root / "data"

    @property
    def state(self) -> Path:
        """What one life of the host needs: its configuration."""
        return self.root / "state"

    @property
    def plan(self) -> Path:
        """What the first process is told; it also names that process among all others."""
        return self.state / "plan.json"

    @property
    def configuration(self) -> Path:
        """The Docker daemon's configuration file."""
        return self.state / "daemon.json"

    @property
    def relay(self) -> Path:
        """What the Docker daemon starts for each published port."""
        return self.state / "publish"

    @property
    def machine_network(self) -> Path:
        """This machine's network as a file: it can be entered from within."""
        return self.state / "machine-network"

    @property
    def resolver(self) -> Path:
        """What the host has as `/etc/resolv.conf`."""
        return self.state / "resolv.conf"

    @property
    def logs(self) -> Path:
        """A log per process."""
        return self.home.logs / "docker-host"

    @property
    def socket(self) -> Path:
        """Where the API answers."""
        return self.home.docker_socket

    @property
    def endpoint(self) -> str:
        """The same, as `DOCKER_HOST` has it."""
        return f"unix://{self.socket}"

    @property
    def group(self) -> str:
        """The control group below which all containers run: what is left of them can be found, and is this home's."""
        return f"slipway-docker-{hashlib.sha256(str(self.home.root).encode()).hexdigest()[:8]}"
