"""Images built with the embedded BuildKit, and containers run from them with runc alone: no Docker engine is needed.

A container runs as Kubernetes' restricted profile has it, and as this project deploys: read-only root, `/tmp` in
memory, no capability, no new privileges, the user of the image. It shares the machine's network, so a test chooses its
ports.
"""

import contextlib
import json
import shutil
import signal
import subprocess
import urllib.request
import uuid
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, cast

from provider import attached, image_files
from provider.container import Confinement, specification
from toolchain import install, registry, services
from toolchain.home import Home
from toolchain.progress import Progress

CA_BUNDLES = (Path("/etc/ssl/certs/ca-certificates.crt"), Path("/etc/pki/tls/certs/ca-bundle.crt"))
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
MEMORY = 256 * 1024 * 1024
PIDS = 64
TIMEOUT = 30.0


@dataclass(frozen=True)
class Workshop:
    """What builds and runs: BuildKit and a registry, up and answering, and the programs that talk to them."""

    home: Home
    buildctl: Path
    runc: Path

    @classmethod
    def opened(cls, home: Home) -> Self:
        """Bring everything up that is not."""
        progress = Progress()
        services.up(home, progress)
        programs = install.ensure(["buildctl", "runc"], home, progress)
        return cls(home, programs["buildctl"], programs["runc"])


@dataclass(frozen=True)
class Image:
    """An image in the embedded registry.

    Attributes:
        reference: `registry/repository@sha256:…`.
        layers: the layers' digests and sizes in bytes, compressed, the base's first.
        config: what the image says of itself: `User`, `Entrypoint`, `Env`, `Healthcheck`, `Labels`, …
    """

    reference: str
    layers: tuple[tuple[str, int], ...]
    config: Mapping[str, Any]


def build(folder: Path, name: str, shop: Workshop, work: Path, *options: str) -> Image:
    """Build a folder's Dockerfile and push it to the embedded registry.

    Args:
        folder: the build context, with its Dockerfile.
        name: the repository.
        shop: builds it.
        work: a scratch folder.
        options: further ones for `buildctl build`.
    """
    metadata = work / "metadata.json"
    metadata.unlink(missing_ok=True)
    secrets = [f"--secret=id=ca-bundle,src={each}" for each in CA_BUNDLES if each.is_file()][:1]
    said = _buildctl(
        shop,
        folder,
        f"--output=type=image,name={registry.address()}/{name},push=true,oci-mediatypes=true,rewrite-timestamp=true",
        f"--metadata-file={metadata}",
        "--opt=build-arg:SOURCE_DATE_EPOCH=0",
        *secrets,
        *options,
    )
    # It is there once the image is pushed. The exit code may tell of something else: buildctl 0.31 also fails if nobody
    # has taken its traces within 50 milliseconds (https://github.com/moby/buildkit/issues/6912).
    assert metadata.is_file(), said[-4000:]
    digest = json.loads(metadata.read_text(encoding="utf-8"))["containerimage.digest"]
    return pulled(f"{registry.address()}/{name}@{digest}")


def pulled(reference: str) -> Image:
    """What the registry says of an image, `registry/repository@sha256:…`."""
    name, _, digest = reference.partition("@")
    address, _, repository = name.partition("/")
    place = f"http://{address}/v2/{repository}"
    manifest = _get(f"{place}/manifests/{digest}")
    config = _get(f"{place}/blobs/{manifest['config']['digest']}")
    layers = tuple((each["digest"], each["size"]) for each in manifest["layers"])
    return Image(reference, layers, config["config"])


def unpack(image: Image, root: Path, work: Path) -> Path:
    """Lay the image's files into an empty folder, as a registry serves them to a node; gives that folder.

    Args:
        image: which.
        root: the folder.
        work: a scratch folder.
    """
    repository, digest = attached.repository_of(image.reference, insecure=True)
    manifest = image_files.for_this_machine(repository, digest)
    assert manifest
    image_files.unpack(repository, manifest, root, work)
    return root


class Container:
    """A running container."""

    def __init__(self, name: str, runc: list[str], bundle: Path) -> None:
        self._runc = runc
        self._name = name
        self.process = subprocess.Popen(
            [*runc, "run", "--bundle", str(bundle), name], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
        )

    @property
    def pid(self) -> int:
        """Of the container's first process, as the machine sees it."""
        answer = subprocess.run([*self._runc, "state", self._name], check=True, capture_output=True, text=True)
        return cast(int, json.loads(answer.stdout)["pid"])

    def line(self) -> dict[str, Any]:
        """The next line of its log."""
        assert self.process.stdout is not None
        return cast(dict[str, Any], json.loads(self.process.stdout.readline()))

    def execute(self, *command: str) -> int:
        """Run a command inside, as its user; returns the exit code."""
        return subprocess.run([*self._runc, "exec", self._name, *command], check=False, timeout=TIMEOUT).returncode

    def send(self, sent: signal.Signals) -> None:
        """Send a signal to its first process."""
        subprocess.run([*self._runc, "kill", self._name, str(sent.value)], check=True, timeout=TIMEOUT)

    def ended(self) -> tuple[int, str]:
        """Wait for its end; returns the exit code and the rest of its log."""
        rest, _ = self.process.communicate(timeout=TIMEOUT)
        return self.process.returncode, rest

    def remove(self) -> None:
        """End it and everything in it."""
        subprocess.run([*self._runc, "delete", "--force", self._name], check=False, capture_output=True)
        self.process.communicate(timeout=TIMEOUT)


@contextlib.contextmanager
def running(
    image: Image,
    root: Path,
    shop: Workshop,
    work: Path,
    environ: Mapping[str, str],
    mounts: Mapping[Path, str] | None = None,
) -> Generator[Container]:
    """A container of an image, hardened, removed at the end.

    Args:
        image: says what runs, and as whom.
        root: the image's unpacked files; nothing is written there.
        shop: runs it.
        work: a scratch folder.
        environ: variables on top of the image's.
        mounts: files or folders of this machine, and where they appear inside, read-only.
    """
    name = f"slipway-test-{uuid.uuid4().hex[:12]}"
    bundle = work / name
    bundle.mkdir()
    told = json.dumps(_specification(image, root, environ, mounts or {}))
    (bundle / "config.json").write_text(told, encoding="utf-8")
    container = Container(name, [str(shop.runc), "--root", str(work / "runc")], bundle)
    try:
        yield container
    finally:
        container.remove()
        shutil.rmtree(bundle)


def _specification(image: Image, root: Path, environ: Mapping[str, str], mounts: Mapping[Path, str]) -> dict[str, Any]:
    """What the test of an image runs, with mounts of the machine and in the machine's network."""
    uid, gid = (int(each) for each in str(image.config["User"]).split(":"))
    made = specification(root, image.config, Confinement((uid, gid), MEMORY, PIDS, environ, ()))
    made["linux"]["namespaces"].remove({"type": "network"})
    options = ["bind", "ro", "nosuid", "noexec", "nodev"]
    made["mounts"] += [
        {"destination": inside, "type": "bind", "source": str(outside), "options": options}
        for outside, inside in mounts.items()
    ]
    return made


def _buildctl(shop: Workshop, folder: Path, *options: str) -> str:
    address = f"--addr=unix://{shop.home.buildkit_socket}"
    command = [str(shop.buildctl), address, "build", "--frontend=dockerfile.v0"]
    locations = [f"--local=context={folder}", f"--local=dockerfile={folder}", "--progress=plain"]
    return subprocess.run([*command, *locations, *options], check=False, capture_output=True, text=True).stderr


def _get(url: str) -> dict[str, Any]:
    with urllib.request.urlopen(urllib.request.Request(url, headers={"Accept": MANIFEST}), timeout=TIMEOUT) as answer:
        return cast(dict[str, Any], json.load(answer))
