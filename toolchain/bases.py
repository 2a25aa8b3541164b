"""Base images made here, for machines that cannot pull them."""

import json
import os
import platform
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from toolchain import files, oci, registry
from toolchain.commands import run
from toolchain.errors import ToolchainError
from toolchain.home import Home
from toolchain.progress import Progress

EPOCH = 1_700_000_000
"""The time of every file and of the image itself, in seconds: a constant, so that digests depend on content only."""

CREATED = "2023-11-14T22:13:20Z"

ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64"}
"""From the kernel's word to the one that images use."""

MEND = "check that Debian's package archive is within reach and that the disk has 1 GB free, then run again"


@dataclass(frozen=True)
class Base:
    """A base image and how it is made from Debian packages.

    Attributes:
        repository: Its name on Docker Hub, for which it stands in.
        tag: The tag on Docker Hub.
        suite: Debian's release.
        packages: On top of what apt itself needs.
        hook: A shell command run at the end, with the root folder as `$1`.
        environment: What the official image sets.
        command: What runs by default.
    """

    repository: str
    tag: str
    suite: str
    packages: tuple[str, ...]
    hook: str
    environment: tuple[str, ...]
    command: tuple[str, ...]

    @property
    def name(self) -> str:
        """What Dockerfiles say to get it."""
        return f"docker.io/{self.repository}:{self.tag}"


PYTHON = Base(
    repository="library/python",
    tag="3.11-slim-bookworm",
    suite="bookworm",
    packages=("ca-certificates", "python3", "python3-pip", "python3-venv"),
    # The official image has its own Python, in /usr/local, into which pip may install.
    hook="ln -s ../../bin/python3 $1/usr/local/bin/python && ln -s ../../bin/python3 $1/usr/local/bin/python3"
    " && ln -s ../../bin/pip3 $1/usr/local/bin/pip && rm $1/usr/lib/python3.11/EXTERNALLY-MANAGED",
    environment=("PATH=/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8"),
    command=("python3",),
)

RUST = Base(
    repository="library/rust",
    tag="1.96-slim-bookworm",
    suite="bookworm",
    # The release's own `rustc` is from 2022; this one, which Debian keeps for the sake of browsers, is current.
    packages=("ca-certificates", "cargo-web", "gcc", "libc6-dev", "rustc-web"),
    hook="true",
    environment=("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",),
    command=("bash",),
)

NODE = Base(
    repository="library/node",
    tag="18.20-bookworm-slim",
    suite="bookworm",
    packages=("ca-certificates", "nodejs", "npm"),
    hook="true",
    environment=("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",),
    command=("node",),
)

BASES = (PYTHON, RUST, NODE)


def needed(dockerfiles: Iterable[Path]) -> list[Base]:
    """The bases that these Dockerfiles name; Python's in any case, on which what slipway itself builds stands."""
    texts = [file.read_text(encoding="utf-8", errors="replace") for file in dockerfiles if file.is_file()]
    return [base for base in BASES if base is PYTHON or any(base.name in text for text in texts)]


LEFT_OUT = ("/usr/share/man/*", "/usr/share/doc/*", "/usr/share/locale/*", "/usr/share/info/*")


def ensure(base: Base, maker: str, home: Home, progress: Progress) -> str:
    """Make a base image if it was not made before, and push it to the embedded registry if it is not there.

    Args:
        base: Which.
        maker: The program that makes a Debian root folder, mmdebstrap.
        home: Made images are kept in its `bases/`.
        progress: Told what is going on.

    Returns:
        The image's digest.

    Raises:
        ToolchainError: Debian's archive or the registry is out of reach, or this machine is of an unknown kind.
    """
    content = _load(base, home) or _make(base, maker, home, progress)
    if oci.pushed(registry.address(), base.repository, base.tag) != content.digest:
        with progress.step(f"pushing the base image {base.repository}:{base.tag} to {registry.address()}"):
            oci.push(registry.address(), base.repository, base.tag, content)
    return content.digest


def recipe(base: Base) -> str:
    """What the image is made from; the image is made again when this changes."""
    return json.dumps([repr(base), LEFT_OUT, EPOCH, platform.machine()])


def command(base: Base, maker: str, sources: tuple[str, ...], target: Path) -> list[str]:
    """The call that makes the root folder as a tar archive.

    Args:
        base: What is made.
        maker: Path of mmdebstrap.
        sources: Files that name Debian's archives; empty for Debian's own defaults.
        target: The archive.
    """
    leave_out = [f"--dpkgopt=path-exclude={pattern}" for pattern in LEFT_OUT]
    return [
        maker,
        "--mode=root",
        "--variant=apt",
        "--format=tar",
        "--skip=output/dev",  # a container gets its devices from its runtime
        f"--include={','.join(base.packages)}",
        *leave_out,
        "--dpkgopt=path-include=/usr/share/doc/*/copyright",
        "--dpkgopt=force-unsafe-io",  # an interrupted run is done again: waiting for the disk saves nothing
        f"--customize-hook={base.hook}",
        base.suite,
        str(target),
        *sources,
    ]


def sources(suite: str, etc: Path = Path("/etc")) -> tuple[str, ...]:
    """The machine's own package sources, if it runs the same release: a company's mirror is then used here too."""
    try:
        release = (etc / "os-release").read_text()
    except OSError:
        return ()
    if f"VERSION_CODENAME={suite}" not in release.splitlines():
        return ()
    candidates = (etc / "apt" / "sources.list", etc / "apt" / "sources.list.d" / "debian.sources")
    return tuple(str(file) for file in candidates if file.is_file() and suite in file.read_text())


def _folder(base: Base, home: Home) -> Path:
    return home.bases / f"{base.repository.replace('/', '-')}-{base.tag}"


def _load(base: Base, home: Home) -> oci.Image | None:
    """The image as it was made before, None if its recipe has changed since or a part is missing."""
    folder = _folder(base, home)
    try:
        if (folder / "recipe.json").read_text() != recipe(base):
            return None
        content = oci.Image(
            folder / "layer.tar.gz", (folder / "config.json").read_bytes(), (folder / "manifest.json").read_bytes()
        )
    except OSError:
        return None
    return content if content.layer.is_file() else None


def _make(base: Base, maker: str, home: Home, progress: Progress) -> oci.Image:
    if os.geteuid() != 0:
        raise ToolchainError("making a base image needs root, and this is another user", "start Docker, or run as root")
    folder = _folder(base, home)
    folder.mkdir(parents=True, exist_ok=True)
    # First of all, so that an interrupted run is not taken for a finished one.
    (folder / "recipe.json").unlink(missing_ok=True)
    with (
        progress.step(f"making the base image {base.repository}:{base.tag} from Debian packages"),
        tempfile.TemporaryDirectory(prefix="rootfs-", dir=home.bases) as work,
    ):
        tar = Path(work) / "root.tar"
        environ = {"SOURCE_DATE_EPOCH": str(EPOCH), "TMPDIR": work}
        call = command(base, maker, sources(base.suite), tar)
        run(call, home.logs / "base.log", MEND, environ=environ)
        diff_id = oci.compress(tar, folder / "layer.tar.gz")
    content = oci.image(folder / "layer.tar.gz", diff_id, _architecture(), _config(base), CREATED)
    files.write(folder / "config.json", content.config)
    files.write(folder / "manifest.json", content.manifest)
    files.write(folder / "recipe.json", recipe(base))
    return content


def _config(base: Base) -> dict[str, object]:
    return {
        "Cmd": list(base.command),
        "Env": list(base.environment),
        "Labels": {
            "org.opencontainers.image.base.name": base.name,
            "org.opencontainers.image.title": "Stand-in base image, made from Debian packages",
            "org.opencontainers.image.description": "Made where Docker Hub is out of reach; not the official image.",
        },
    }


def _architecture() -> str:
    machine = platform.machine()
    try:
        return ARCHITECTURES[machine]
    except KeyError:
        raise ToolchainError(
            f"no base image can be made for a {machine} processor",
            f"use a machine of one of these: {', '.join(ARCHITECTURES)}",
        ) from None
