"""Documents attached to an image in its own registry: OCI artifacts that name the image as their subject.

https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pushing-manifests-with-subject
"""

import json
from collections.abc import Callable, Collection, Iterator
from typing import Any

from policies.values.image import ImageReference
from provider.repository import Repository
from provider.step import RefusedError
from toolchain import oci
from toolchain.distribution import Content

SIGNED = ("application/vnd.dev.sigstore.bundle", "application/vnd.cncf.notary.signature")
"""Begin the types of what signers attach: cosign's signatures and signed statements, notation's signatures."""


def repository_of(reference: str, *, insecure: bool) -> tuple[Repository, str]:
    """Where an image is, and its digest.

    Raises:
        RefusedError: the reference names no digest.
    """
    image = ImageReference.parse(reference)
    if image.digest is None:
        raise RefusedError(f"{reference} names no digest", "give the image by digest")
    return Repository.at(image.registry, image.repository, insecure=insecure), image.digest


def subject(repository: Repository, digest: str) -> Content:
    """An image's manifest or index.

    Raises:
        RefusedError: it is not in the registry.
    """
    found = repository.manifest(digest)
    if found is None:
        raise RefusedError(
            f"{repository.name}@{digest} is not in the registry",
            "build and push it again: `slipway up` does, for a registry of this machine",
        )
    return found


def manifests(repository: Repository, digest: str, architectures: Collection[str] = ()) -> list[str]:
    """The digests of an image's manifests: itself, or those that its index lists, one for each platform.

    Args:
        repository: where the image is.
        digest: the image's.
        architectures: the only ones that count, where the index has one of them; none for all.
    """
    top = subject(repository, digest)
    if top.media_type not in oci.INDEXES:
        return [digest]
    listed: list[dict[str, Any]] = top.parsed["manifests"]
    known = [each for each in listed if each.get("platform", {}).get("os") != "unknown"]
    wanted = [each for each in known if each.get("platform", {}).get("architecture") in architectures]
    return [each["digest"] for each in wanted or known]


def attach(repository: Repository, digest: str, kind: str, data: bytes) -> str:
    """Attaches a document to an image; attached again it is the same manifest, once.

    Args:
        repository: where the image is.
        digest: the image's.
        kind: the document's media type, which is the artifact's type, too.
        data: the document.

    Returns:
        The digest of the artifact's manifest.
    """
    of = subject(repository, digest)
    for blob in (data, oci.EMPTY_CONFIG):
        repository.put_blob(blob)
    about = {"mediaType": of.media_type, "digest": digest, "size": len(of.data)}
    artifact = _content(oci.artifact(kind, data, about), oci.MANIFEST)
    if not repository.put_manifest(artifact.digest, artifact):
        _list(repository, digest, artifact, kind)
    return artifact.digest


def _list(repository: Repository, digest: str, artifact: Content, kind: str) -> None:
    """Lists an artifact under the tag that stands for an image's referrers, where the registry keeps no list itself."""
    tag = digest.replace(":", "-")
    present = repository.manifest(tag)
    listed: list[dict[str, Any]] = present.parsed.get("manifests", []) if present else []
    if any(each["digest"] == artifact.digest for each in listed):
        return
    entry = {
        "mediaType": oci.MANIFEST,
        "digest": artifact.digest,
        "size": len(artifact.data),
        "artifactType": kind,
    }
    index = {"schemaVersion": 2, "mediaType": oci.INDEX, "manifests": [*listed, entry]}
    repository.put_manifest(tag, _content(oci.canonical(index), oci.INDEX))


def believed(repository: Repository, digest: str, ask: Callable[[], bool]) -> bool:
    """What a signer's program says of what is attached to an image; missing only where everything could be read.

    cosign takes what a registry fails to give for missing.

    Args:
        repository: where the image is.
        digest: the image's.
        ask: asks the program.

    Raises:
        ToolchainError: what is attached cannot be read, or is not what its digest says.
    """
    return ask() or (_read_bundles(repository, digest) > 0 and ask())


def _read_bundles(repository: Repository, digest: str) -> int:
    """Reads all that a signer attached, and counts it."""
    read = 0
    for _, manifest in _listed(repository, digest):
        # Anybody who pushes may attach an index, too, which has neither a config nor layers.
        if str(manifest.get("artifactType") or manifest.get("config", {}).get("mediaType")).startswith(SIGNED):
            for layer in manifest.get("layers", ()):
                repository.blob(layer["digest"])
            read += 1
    return read


def documents(repository: Repository, digest: str, kind: str) -> Iterator[tuple[str, bytes]]:
    """The documents of a type that are attached to an image, by the digests of their artifacts."""
    for artifact, manifest in _listed(repository, digest):
        if manifest.get("artifactType") == kind and manifest.get("layers"):
            yield artifact, repository.blob(manifest["layers"][0]["digest"])


def _listed(repository: Repository, digest: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """What names an image as its subject: digests and manifests."""
    tag = repository.manifest(digest.replace(":", "-"))
    listed: list[dict[str, Any]] = tag.parsed.get("manifests", []) if tag else []
    digests = {*(each["digest"] for each in listed), *repository.remote.referrers(repository.path, digest)}
    for each in sorted(digests):
        yield each, subject(repository, each).parsed


def document(reference: str, artifact: str, *, insecure: bool) -> dict[str, Any]:
    """A document that is attached to an image, by the digest of its artifact.

    Raises:
        RefusedError: it is not there.
    """
    repository, _ = repository_of(reference, insecure=insecure)
    manifest = repository.manifest(artifact)
    if manifest is None:
        raise RefusedError(
            f"{reference}: the attached document {artifact} is not in the registry",
            "run `pulumi up --refresh`, or take the step out of the state, so that it is attached again",
        )
    found: dict[str, Any] = json.loads(repository.blob(manifest.parsed["layers"][0]["digest"]))
    return found


def _content(data: bytes, media_type: str) -> Content:
    return Content(oci.sha256(data), media_type, data)
