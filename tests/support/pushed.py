"""Images of a test's own in this machine's registry: what is in them is of no matter, their digests are."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from provider import attached
from provider.repository import Repository
from toolchain import oci, registry
from toolchain.distribution import Content


@dataclass(frozen=True)
class Pushed:
    """An image of a test's own."""

    repository: Repository
    digest: str

    @property
    def reference(self) -> str:
        return f"{self.repository.name}@{self.digest}"


def pushed(like: str, mark: str, repository: Repository | None = None) -> Pushed:
    """An image with the content of another one, and a mark that makes it a different one; in a new repository."""
    source, digest = attached.repository_of(like, insecure=True)
    repository = repository or _new_repository(source.remote.address)
    content = attached.subject(source, digest)
    manifest = content.parsed
    for blob in (manifest["config"], *manifest["layers"]):
        repository.put_blob(source.blob(blob["digest"]))
    return _put(repository, manifest | {"annotations": {"mark": mark}}, content.media_type)


def pushed_empty() -> Pushed:
    """An image of nothing."""
    repository = _new_repository(registry.address())
    config = {"mediaType": oci.CONFIG, "digest": repository.put_blob(oci.EMPTY_CONFIG), "size": len(oci.EMPTY_CONFIG)}
    mark = {"mark": uuid.uuid4().hex}
    manifest: dict[str, Any] = {
        "schemaVersion": 2,
        "mediaType": oci.MANIFEST,
        "config": config,
        "layers": [],
        "annotations": mark,
    }
    return _put(repository, manifest, oci.MANIFEST)


def pushed_index(*images: Pushed) -> Pushed:
    """An index of images of one repository."""
    repository = images[0].repository
    listed: list[dict[str, Any]] = []
    for image in images:
        content = attached.subject(repository, image.digest)
        listed.append({"mediaType": content.media_type, "digest": image.digest, "size": len(content.data)})
    return _put(repository, {"schemaVersion": 2, "mediaType": oci.INDEX, "manifests": listed}, oci.INDEX)


def _new_repository(address: str) -> Repository:
    return Repository.at(address, f"tests/{uuid.uuid4().hex}/python-api", insecure=True)


def _put(repository: Repository, manifest: Mapping[str, Any], media_type: str) -> Pushed:
    data = json.dumps(manifest).encode()
    content = Content(oci.sha256(data), media_type, data)
    repository.put_manifest(content.digest, content)
    return Pushed(repository, content.digest)
