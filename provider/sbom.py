"""The SBOM: what an image is made of, told by syft and attached to the image."""

import json
import os
import subprocess
import uuid
from collections.abc import Mapping
from typing import Any

from policies.values.image import ImageReference
from provider import attached
from provider.packages import packages_of
from toolchain import files, install, oci
from toolchain.bases import ARCHITECTURES
from toolchain.errors import ToolchainError
from toolchain.home import Home
from toolchain.pins import pins
from toolchain.progress import Progress
from toolchain.scratch import scratch_folder
from toolchain.signing_programs import without_secrets

CYCLONEDX = "application/vnd.cyclonedx+json"
SPDX = "application/spdx+json"

FORMATS: Mapping[str, str] = {"cyclonedx-json": CYCLONEDX, "spdx-json": SPDX}
"""What syft calls a format, and its media type."""

LONG_AGO = "1970-01-01T00:00:00Z"
"""In the place of the time of writing: the same image has the same SBOM, whenever it is asked for."""

TIMEOUT_S = 600.0


def sbom(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """Makes the SBOMs of an image, one for each platform, and attaches them.

    Args:
        inputs: `reference`, `insecure`.

    Returns:
        `packages`, and the digests of the attached documents: `cyclonedx`, `spdx`.

    Raises:
        RefusedError: the image is not in the registry.
        ToolchainError: syft or the registry cannot be had, or syft cannot read the image.
    """
    repository, digest = attached.repository_of(inputs["reference"], insecure=inputs["insecure"])
    home = Home.from_environment()
    found: dict[str, list[str]] = {CYCLONEDX: [], SPDX: []}
    packages = 0
    for manifest in attached.manifests(repository, digest):
        image = ImageReference(repository.remote.address, repository.path, digest=manifest)
        documents = _documents(image, home, insecure=inputs["insecure"])
        packages += len(packages_of(json.loads(documents[CYCLONEDX])))
        for kind, document in documents.items():
            found[kind].append(attached.attach(repository, manifest, kind, document))
    return {"packages": packages, "cyclonedx": found[CYCLONEDX], "spdx": found[SPDX]}


def read(reference: str, *, insecure: bool) -> list[dict[str, Any]]:
    """The CycloneDX documents of an image, one for each platform that slipway builds for; nothing is attached.

    Raises:
        RefusedError: syft cannot read the image.
        ToolchainError: syft or the registry cannot be had.
    """
    repository, digest = attached.repository_of(reference, insecure=insecure)
    home, found = Home.from_environment(), list[dict[str, Any]]()
    for manifest in attached.manifests(repository, digest, tuple(ARCHITECTURES.values())):
        image = ImageReference(repository.remote.address, repository.path, digest=manifest)
        found.append(json.loads(_documents(image, home, insecure=insecure)[CYCLONEDX]))
    return found


def _documents(image: ImageReference, home: Home, *, insecure: bool) -> dict[str, bytes]:
    """The SBOMs of one manifest, by media type; kept, for they follow from its digest and syft's version."""
    digest = image.digest or ""
    folder = home.sboms / f"syft-{pins().tool('syft').version}" / digest.partition(":")[2]
    places = {kind: folder / f"{name}.json" for name, kind in FORMATS.items()}
    if not all(place.is_file() for place in places.values()):
        for kind, document in _asked(image, home, insecure=insecure).items():
            files.write(places[kind], document)
    return {kind: place.read_bytes() for kind, place in places.items()}


def _asked(image: ImageReference, home: Home, *, insecure: bool) -> dict[str, bytes]:
    """Asks syft, which reads the image from its registry with the logins of the Docker configuration."""
    syft = install.ensure(["syft"], home, Progress())["syft"]
    environ = without_secrets(os.environ) | {
        "SYFT_CHECK_FOR_APP_UPDATE": "false",
        "SYFT_REGISTRY_INSECURE_USE_HTTP": str(insecure).lower(),
        "SYFT_PARALLELISM": "2",
    }
    made: dict[str, bytes] = {}
    with scratch_folder(home.run / "steps", "sbom") as folder:
        outputs = [f"--output={name}={folder / name}" for name in FORMATS]
        # The address of the registry would make another SBOM of the same image.
        named = [f"--source-name={image.repository.rpartition('/')[2]}", f"--source-version={image.digest}"]
        try:
            done = subprocess.run(
                [str(syft), "scan", f"registry:{image}", *named, *outputs],
                capture_output=True, text=True, check=False, timeout=TIMEOUT_S, env=environ,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise ToolchainError(
                f"syft did not read {image} within {TIMEOUT_S:.0f} s", oci.mend_of("timed out")
            ) from None
        if done.returncode:
            said = done.stderr.strip()[-500:]
            raise ToolchainError(f"syft could not read {image}: {said}", oci.mend_of(said))
        for name, kind in FORMATS.items():
            made[kind] = steady(kind, json.loads((folder / name).read_bytes()), image.digest or "")
    return made


def steady(kind: str, document: dict[str, Any], digest: str) -> bytes:
    """A document without what differs between two runs: the time, and random numbers, which follow from the digest."""
    number = uuid.uuid5(uuid.NAMESPACE_URL, f"{kind}:{digest}")
    if kind == CYCLONEDX:
        document["serialNumber"] = f"urn:uuid:{number}"
        document["metadata"]["timestamp"] = LONG_AGO
    else:
        document["documentNamespace"] = f"urn:uuid:{number}"
        document["creationInfo"]["created"] = LONG_AGO
    return oci.canonical(document)
