"""Images that hold one static program and nothing else, in an archive that the container runtime can read."""

import io
import json
import tarfile
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from toolchain import files, oci

INDEX = "application/vnd.oci.image.index.v1+json"

CREATED = "2026-01-01T00:00:00Z"
"""A constant: the digest depends on the content only."""

NOBODY = "65532:65532"
"""The user that the distroless images made customary."""


@dataclass(frozen=True)
class ProgramImage:
    """What goes into an image.

    Attributes:
        program: A static program; it becomes the only file, in `/`.
        arguments: What it is started with.
        user: Whom it runs as.
    """

    program: Path
    arguments: Sequence[str] = ()
    user: str = NOBODY


def make(content: ProgramImage, architecture: str, folder: Path) -> oci.Image:
    """Make an image; its layer is put into `folder`, named after the program."""
    layer = folder / f"{content.program.name}.tar.gz"
    with tempfile.NamedTemporaryFile(dir=folder, suffix=".tar") as scratch:
        with tarfile.open(fileobj=scratch, mode="w") as tar:
            entry = tarfile.TarInfo(content.program.name)
            entry.mode, entry.size = 0o755, content.program.stat().st_size
            with content.program.open("rb") as program:
                tar.addfile(entry, program)
        scratch.flush()
        diff_id = oci.compress(Path(scratch.name), layer)
    config: dict[str, Any] = {
        "Entrypoint": [f"/{content.program.name}", *content.arguments],
        "User": content.user,
        "WorkingDir": "/",
    }
    return oci.image(layer, diff_id, architecture, config, CREATED)


def archive(images: Mapping[str, oci.Image], target: Path) -> None:
    """Write images, by name, as one archive in the OCI layout."""
    index = {
        "schemaVersion": 2,
        "mediaType": INDEX,
        "manifests": [
            {
                "mediaType": oci.MANIFEST,
                "digest": image.digest,
                "size": len(image.manifest),
                "annotations": {"io.containerd.image.name": name},
            }
            for name, image in images.items()
        ],
    }
    with files.incoming(target) as temporary, tarfile.open(temporary, "w") as tar:
        _add(tar, "oci-layout", b'{"imageLayoutVersion":"1.0.0"}')
        _add(tar, "index.json", json.dumps(index).encode())
        for image in images.values():
            for blob in (image.manifest, image.config, image.layer.read_bytes()):
                _add(tar, f"blobs/sha256/{oci.sha256(blob).removeprefix('sha256:')}", blob)


def _add(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.mode, entry.size = 0o644, len(data)
    tar.addfile(entry, io.BytesIO(data))
