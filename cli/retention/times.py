"""When images were first seen, remembered in the registry itself.

A reproducible image carries no time, and the distribution API tells none: an image is then as old as the first run of
retention that met it. The record lies beside the images, in `<image>/retention`, so that all who tidy up share it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

from cli.plain import mapping, sequence, text
from toolchain import oci
from toolchain.distribution import Content, Remote

TAG = "times"
ARTIFACT = "application/vnd.slipway.retention.v1+json"


def read(remote: Remote, repository: str) -> dict[str, datetime]:
    """The times on record, by digest; none before the first run, or where the record is not to be understood.

    Raises:
        ToolchainError: The registry refuses, or is gone.
    """
    content = remote.manifest(_beside(repository), TAG)
    layers = sequence(content.parsed.get("layers")) if content else []
    digest = text(mapping(layers[0]).get("digest")) if layers else ""
    record = Content("", "", remote.blob(_beside(repository), digest)).parsed if digest else {}
    try:
        times = {str(digest): datetime.fromisoformat(text(time)) for digest, time in record.items()}
    except ValueError:
        return {}
    return {digest: time for digest, time in times.items() if time.tzinfo}


def write(remote: Remote, repository: str, times: Mapping[str, datetime]) -> None:
    """Put a record in the place of the one before, unless it is the same.

    Raises:
        ToolchainError: The registry refuses, or is gone.
    """
    place = _beside(repository)
    record = json.dumps({digest: time.isoformat() for digest, time in sorted(times.items())}).encode()
    content = oci.artifact(ARTIFACT, record)
    before = remote.manifest(place, TAG)
    if before and before.digest == oci.sha256(content):
        return
    for blob in (oci.EMPTY_CONFIG, record):
        remote.put_blob(place, blob)
    remote.put_manifest(place, TAG, content, oci.MANIFEST)
    if before:
        remote.delete(place, before.digest)


def _beside(repository: str) -> str:
    return f"{repository}/retention"
