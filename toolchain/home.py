"""Where everything that slipway brings onto a machine lives."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

DEFAULT_FOLDER = Path(".cache") / "slipway"
"""Below the user's home folder, where `SLIPWAY_HOME` is not set."""

DOCKER_SOCKET = "slipway-docker.sock"


@dataclass(frozen=True)
class Home:
    """The folder outside the checkout that holds programs, caches and service data: paths only, nothing is created.

    Attributes:
        root: `$SLIPWAY_HOME`, absolute.
    """

    root: Path

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> "Home":
        """The home that `$SLIPWAY_HOME` names, `~/.cache/slipway` when it is unset or empty."""
        named = (os.environ if environ is None else environ).get("SLIPWAY_HOME", "")
        return cls(Path(named).expanduser().absolute() if named else Path.home() / DEFAULT_FOLDER)

    @property
    def bin(self) -> Path:
        """Programs; first on the PATH of `slipway env`."""
        return self.root / "bin"

    @property
    def pulumi(self) -> Path:
        """`PULUMI_HOME`."""
        return self.root / "pulumi"

    @property
    def docker(self) -> Path:
        """`DOCKER_CONFIG` of stacks that use the machine's own registry, and the description of slipway's builder."""
        return self.root / "docker"

    @property
    def docker_host(self) -> Path:
        """The embedded Docker host: its programs, images, volumes and containers."""
        return self.root / "docker-host"

    @property
    def go(self) -> Path:
        """Go's module and build caches."""
        return self.root / "go"

    @property
    def debs(self) -> Path:
        """Debian packages unpacked for their programs, not installed."""
        return self.root / "debs"

    @property
    def downloads(self) -> Path:
        """Archives on their way in, kept when interrupted so that they resume."""
        return self.root / "downloads"

    @property
    def uv(self) -> Path:
        """The virtual environment that holds uv, where none is on PATH."""
        return self.root / "uv"

    @property
    def uv_cache(self) -> Path:
        """`UV_CACHE_DIR`."""
        return self.root / "uv-cache"

    @property
    def buildkit(self) -> Path:
        """BuildKit's data: snapshots, build cache."""
        return self.root / "buildkit"

    @property
    def registry(self) -> Path:
        """The embedded registry's blobs."""
        return self.root / "registry"

    @property
    def run(self) -> Path:
        """Process records, sockets and locks."""
        return self.root / "run"

    @property
    def trials(self) -> Path:
        """What images are tried in, a folder for each trial."""
        return self.run / "trials"

    @property
    def logs(self) -> Path:
        """What services and builds printed."""
        return self.root / "logs"

    @property
    def standins(self) -> Path:
        """One folder per content hash: source and environment of the stand-in plugins."""
        return self.root / "standins"

    @property
    def claims(self) -> Path:
        """One file per stack whose state may name an image in a registry of this machine."""
        return self.root / "claims"

    @property
    def sigstore(self) -> Path:
        """What cosign fetched of Sigstore's public instance, to know whom it trusts."""
        return self.root / "sigstore"

    @property
    def schemas(self) -> Path:
        """Kubernetes OpenAPI schemas."""
        return self.root / "schemas"

    @property
    def wheels(self) -> Path:
        """Python packages that carry a program, one folder for each."""
        return self.root / "wheels"

    @property
    def sboms(self) -> Path:
        """What images are made of, by digest."""
        return self.root / "sboms"

    @property
    def keys(self) -> Path:
        """The private keys of signatures, encrypted. Nothing makes them again: emptying the cache spares them."""
        return self.root / "keys"

    @property
    def bases(self) -> Path:
        """Base images made here."""
        return self.root / "bases"

    @property
    def buildkit_socket(self) -> Path:
        """The socket that the builder named `slipway` points to."""
        return self.run / "buildkitd.sock"

    @property
    def docker_socket(self) -> Path:
        """Where the embedded Docker host answers; its name tells it from the engines of the user."""
        return self.run / DOCKER_SOCKET

    def plugin(self, name: str, version: str, kind: str = "resource") -> Path:
        """The program of an installed plugin, where the engine looks for it.

        Args:
            name: Such as `kubernetes`.
            version: Without a leading `v`.
            kind: `resource` or another of the engine's plugin kinds.
        """
        return self.pulumi / "plugins" / f"{kind}-{name}-v{version}" / f"pulumi-{kind}-{name}"
