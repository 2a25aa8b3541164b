"""Where the cluster's files are."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from toolchain.home import Home


@dataclass(frozen=True)
class Layout:
    """Paths only; nothing is created.

    Attributes:
        home: Whose cluster it is; there is one per home.
    """

    home: Home

    @property
    def root(self) -> Path:
        """Everything of the cluster but its logs."""
        return self.home.root / "cluster"

    @property
    def bin(self) -> Path:
        """The programs; they stay when the cluster goes."""
        return self.root / "bin"

    @property
    def kubeconfig(self) -> Path:
        """The administrator's way in, for everything that speaks to the cluster."""
        return self.root / "kubeconfig"

    @property
    def state(self) -> Path:
        """All that one life of the cluster makes: it begins empty and is removed at the end."""
        return self.root / "state"

    @property
    def config(self) -> Path:
        """Configuration, keys and tokens; readable by root only."""
        return self.state / "config"

    @property
    def kubelet(self) -> Path:
        """The kubelet's root folder: the pods' volumes."""
        return self.state / "kubelet"

    @property
    def containerd(self) -> Path:
        """Images and the containers' file systems."""
        return self.state / "containerd"

    @property
    def etcd(self) -> Path:
        """The API server's objects."""
        return self.state / "etcd"

    @property
    def volumes(self) -> Path:
        """A folder per persistent volume."""
        return self.state / "volumes"

    @property
    def container_logs(self) -> Path:
        """What the pods print; the node sees it as `/var/log`."""
        return self.state / "log"

    @property
    def library(self) -> Path:
        """What the node sees as `/var/lib`: some programs write there whatever they are told."""
        return self.state / "lib"

    @property
    def images(self) -> Path:
        """The archive of the cluster's own images; it stays when the cluster goes."""
        return self.root / "images.tar"

    @property
    def logs(self) -> Path:
        """A log per part of the cluster; they stay when the cluster goes."""
        return self.home.logs / "cluster"

    def public_key(self, name: str) -> Path:
        """The public half of a key, in PEM."""
        return self.config / f"{name}.pub"

    @property
    def group(self) -> str:
        """The control group below which all containers run: what is left of them can be found, and is this home's."""
        return f"slipway-{hashlib.sha256(str(self.home.root).encode()).hexdigest()[:8]}"

    def program(self, name: str) -> str:
        """The path of one of the cluster's own programs, as it stands in a command."""
        return str(self.bin / name)

    def credentials(self, name: str) -> Path:
        """The kubeconfig of one of the cluster's parts."""
        return self.config / f"{name}.kubeconfig"

    def certificate(self, name: str) -> Path:
        """A certificate in PEM; its key is beside it, see `key`."""
        return self.config / f"{name}.crt"

    def key(self, name: str) -> Path:
        """A private key in PEM."""
        return self.config / f"{name}.key"
