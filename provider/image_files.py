"""An image's files as a root folder, and what it says of itself."""

import io
import json
import platform
import shutil
import subprocess
import tarfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any, cast

from provider import attached
from provider.repository import Repository
from provider.step import RefusedError
from toolchain import oci
from toolchain.bases import ARCHITECTURES

WHITEOUT = ".wh."
"""Begins the name of a file that says: the file below is gone. https://github.com/opencontainers/image-spec"""

OPAQUE = ".wh..wh..opq"
"""Says that everything in its folder is gone."""


def for_this_machine(repository: Repository, digest: str) -> Mapping[str, Any] | None:
    """The manifest of an image for this machine, None if it has none."""
    top = attached.subject(repository, digest)
    if top.media_type not in oci.INDEXES:
        return top.parsed
    wanted = ARCHITECTURES.get(platform.machine(), platform.machine())
    for each in top.parsed["manifests"]:
        if each.get("platform", {}).get("architecture") == wanted:
            return attached.subject(repository, each["digest"]).parsed
    return None


def config_of(repository: Repository, manifest: Mapping[str, Any]) -> Mapping[str, Any]:
    """What an image says of how it runs: `User`, `Entrypoint`, `Env`, …."""
    document = json.loads(repository.blob(manifest["config"]["digest"]))
    return cast("Mapping[str, Any]", document.get("config") or {})


def unpack(repository: Repository, manifest: Mapping[str, Any], root: Path, work: Path) -> None:
    """Lay an image's layers over each other in an empty folder, with their owners and modes; needs root.

    Args:
        repository: where the image is.
        manifest: the image's.
        root: the folder.
        work: a scratch folder.

    Raises:
        RefusedError: a layer is no archive.
    """
    archive = work / "layer"
    for layer in manifest["layers"]:
        archive.write_bytes(repository.blob(layer["digest"]))
        if any(root.iterdir()):
            names = _tar(layer, ["--list", f"--file={archive}"])
            _take_away((PurePosixPath(name) for name in names.splitlines()), root)
        kept = ["--same-permissions", "--numeric-owner", f"--exclude={WHITEOUT}*"]
        _tar(layer, ["--extract", f"--file={archive}", f"--directory={root}", *kept])
    archive.unlink(missing_ok=True)


def pack(repository: Repository, manifest: Mapping[str, Any], name: str, work: Path) -> Path:
    """An image as the archive that `docker load` takes; nobody has to be root.

    Args:
        repository: where the image is.
        manifest: the image's.
        name: what the engine will call it.
        work: a scratch folder.
    """
    archive = work / "image.tar"
    layers: list[str] = []
    with tarfile.open(archive, "w") as made:
        for layer in manifest["layers"]:
            layers.append(f"{layer['digest'].partition(':')[2]}.tar")
            if layers[-1] not in layers[:-1]:
                _add(made, layers[-1], repository.blob(layer["digest"]))
        _add(made, "config.json", repository.blob(manifest["config"]["digest"]))
        listed = [{"Config": "config.json", "RepoTags": [f"{name}:latest"], "Layers": layers}]
        _add(made, "manifest.json", json.dumps(listed).encode())
    return archive


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    archive.addfile(entry, io.BytesIO(content))


def _tar(layer: Mapping[str, Any], arguments: Sequence[str]) -> str:
    done = subprocess.run(["tar", *arguments], capture_output=True, text=True, errors="surrogateescape", check=False)
    if done.returncode:
        raise RefusedError(
            f"the layer {layer['digest']} cannot be unpacked: {done.stderr.strip()[-300:]}", "build the image again"
        )
    return done.stdout


def _take_away(names: Iterable[PurePosixPath], root: Path) -> None:
    """Remove what a layer says is gone, before its own files come."""
    for mark in names:
        if not mark.name.startswith(WHITEOUT):
            continue
        folder = (root / mark.parent).resolve()
        if not folder.is_relative_to(root.resolve()) or not folder.is_dir():
            continue  # a link that leads out of the image is none of its files
        gone = folder.iterdir() if mark.name == OPAQUE else [folder / mark.name.removeprefix(WHITEOUT)]
        for path in list(gone):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
