"""What the supply chain leaves: its steps in the state, and what is attached to an image in the registry."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from provider import attached
from tests.support.workbench import Workbench


def steps(workbench: Workbench) -> dict[str, dict[str, Any]]:
    """The outputs of the supply chain's steps in the state, by type."""
    found = workbench.resources().values()
    return {
        each["type"].rpartition(":")[2]: each["outputs"]
        for each in found
        if each["type"].startswith("supplychain:index:")
    }


@dataclass(frozen=True)
class Attached:
    """Something that is attached to an image."""

    kind: str
    data: bytes


def attachments(reference: str) -> Iterator[Attached]:
    """All that the registry lists as attached to an image."""
    repository, digest = attached.repository_of(reference, insecure=True)
    listed = repository.manifest(digest.replace(":", "-"))
    assert listed
    for each in listed.parsed["manifests"]:
        manifest = repository.manifest(each["digest"])
        assert manifest
        for layer in manifest.parsed["layers"]:
            yield Attached(each.get("artifactType", ""), repository.blob(layer["digest"]))
