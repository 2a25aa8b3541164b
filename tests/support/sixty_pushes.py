"""Sixty days of a project: an image each day, three environments, and promotions that came and went."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from toolchain import oci
from toolchain.distribution import Remote

DAYS = 60
RUNS = {"dev": 0, "staging": 20, "prod": 45}
"""Environment → the age in days of the image that it runs; staging's is an index."""

PROMOTED = (58, 57, 55, 50, 45)
"""Ages of the images that were promoted to prod, one after the other; the last is the one it runs."""

RELEASED = 33
"""The age of version 1.0.0, which is kept by its name."""


@dataclass(frozen=True)
class Pushes:
    """What was pushed.

    Attributes:
        images: Age in days → digest.
        parts: Age in days → digests of what is in the image or about it.
    """

    images: dict[int, str]
    parts: dict[int, list[str]]

    def all_of(self, *ages: int) -> set[str]:
        """Images, with all that is in them and about them."""
        return {digest for age in ages for digest in (self.images[age], *self.parts.get(age, ()))}


def push(remote: Remote, repository: str) -> Pushes:
    """Fill a repository: images of two platforms at 20 and 40 days, signed and described ones at 40, 45 and 56."""
    images: dict[int, str] = {}
    parts: dict[int, list[str]] = {}
    for age in range(DAYS):
        tags = [f"main-{age:012x}", *(["1.0.0", "1.0", "1"] if age == RELEASED else [])]
        if age in (20, 40):
            parts[age] = [_image(remote, repository, age, platform) for platform in ("amd64", "arm64")]
            images[age] = _index(remote, repository, parts[age], tags)
        else:
            images[age] = _image(remote, repository, age, "amd64", *tags)
        if age in (40, 45, 56):
            parts.setdefault(age, []).extend(_evidence(remote, repository, images[age]))
    return Pushes(images, parts)


def deploy(checkout: Path, pushed: Pushes) -> None:
    """Three states in the checkout's backend, and prod's promotions in its history."""
    for stack, age in RUNS.items():
        file = checkout / ".state" / ".pulumi" / "stacks" / "slipway" / f"{stack}.json"
        file.parent.mkdir(parents=True, exist_ok=True)
        outputs = {"images": {"python-api": f"registry/python-api@{pushed.images[age]}"}}
        resource = {"urn": f"urn:pulumi:{stack}::slipway::pulumi:pulumi:Stack::slipway-{stack}", "outputs": outputs}
        file.write_text(json.dumps({"checkpoint": {"latest": {"resources": [resource]}}}))
    record = checkout / "promotions" / "prod.yaml"
    record.parent.mkdir(exist_ok=True)
    subprocess.run(["git", "init", "--quiet"], cwd=checkout, check=True)
    for age in PROMOTED:
        record.write_text(f"staging:\n  python-api: {pushed.images[age]}\n")
        commit(checkout, "promotions/prod.yaml")


def commit(checkout: Path, *paths: str) -> None:
    """Commit some files as nobody in particular."""
    who = ("-c", "user.name=tests", "-c", "user.email=tests@example.com", "-c", "commit.gpgsign=false")
    subprocess.run(["git", "add", "--force", *paths], cwd=checkout, check=True)
    subprocess.run(["git", *who, "commit", "--quiet", "--message", "a change"], cwd=checkout, check=True)


def held(remote: Remote, repository: str, pushed: Pushes) -> set[str]:
    """Which of the manifests are in the registry."""
    digests = pushed.all_of(*range(DAYS))
    return {digest for digest in digests if remote.manifest(repository, digest)}


def _image(remote: Remote, repository: str, age: int, platform: str, *tags: str) -> str:
    made = datetime.now(UTC) - timedelta(days=age, minutes=1)
    config = {"created": made.isoformat(), "architecture": platform, "os": "linux", "age": age}
    return _put(remote, repository, config, {"config": oci.CONFIG}, *tags)


def _evidence(remote: Remote, repository: str, digest: str) -> list[str]:
    """A signature by its tag, and an SBOM as a referrer in the list that stands in where a registry keeps none."""
    name = digest.replace(":", "-")
    signature = _put(remote, repository, {"signs": digest}, {"config": oci.CONFIG}, f"{name}.sig")
    subject = {"mediaType": oci.MANIFEST, "digest": digest, "size": 1}
    sbom = _put(remote, repository, {"about": digest}, {"config": oci.CONFIG, "subject": subject})
    return [signature, sbom, _index(remote, repository, [sbom], [name])]


def _index(remote: Remote, repository: str, children: list[str], tags: list[str]) -> str:
    listed: list[dict[str, Any]] = []
    for child in children:
        content = remote.manifest(repository, child)
        assert content
        listed.append({"mediaType": oci.MANIFEST, "digest": child, "size": len(content.data)})
    index = json.dumps({"schemaVersion": 2, "mediaType": oci.INDEX, "manifests": listed}).encode()
    for tag in tags:
        remote.put_manifest(repository, tag, index, oci.INDEX)
    return oci.sha256(index)


def _put(remote: Remote, repository: str, config: dict[str, Any], more: dict[str, Any], *tags: str) -> str:
    data = json.dumps(config).encode()
    named = {"mediaType": more["config"], "digest": remote.put_blob(repository, data), "size": len(data)}
    manifest = {"schemaVersion": 2, "mediaType": oci.MANIFEST, **more, "config": named, "layers": list[str]()}
    content = json.dumps(manifest).encode()
    for tag in tags or (oci.sha256(content),):
        remote.put_manifest(repository, tag, content, oci.MANIFEST)
    return oci.sha256(content)
