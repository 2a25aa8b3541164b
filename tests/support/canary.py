"""A secret planted on purpose, and the search for it everywhere that a secret must never reach."""

from __future__ import annotations

import base64
import gzip
import json
import os
import urllib.request
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, cast

CANARY = "canary-9f2c1d7e-Zq4"
"""The planted value: no part of any program, and unlike anything random."""

MANIFESTS = (
    "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, "
    "application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.docker.distribution.manifest.v2+json"
)


def forms(value: str) -> list[bytes]:
    """The value as it is, and as base64 writes it at each of the three alignments it can have inside longer data."""
    raw = value.encode()
    aligned = [base64.b64encode(b"\0" * shift + raw) for shift in range(3)]
    # Without the characters at either end that neighbouring bytes take part in.
    return [raw, *(text[4 if shift else 0 : -4] for shift, text in enumerate(aligned))]


def sightings(places: Iterable[tuple[str, bytes]], value: str = CANARY) -> list[str]:
    """The names of the places in which the value is seen, compressed content unpacked."""
    wanted = forms(value)
    return [name for name, content in places if any(form in unpacked(content) for form in wanted)]


def unpacked(content: bytes) -> bytes:
    """Gzip content as it was; anything else as it is."""
    if not content.startswith(b"\x1f\x8b"):
        return content
    try:
        return gzip.decompress(content)
    except (OSError, EOFError, zlib.error):
        return content


def files_below(*folders: Path) -> Iterator[tuple[str, bytes]]:
    """Every regular file below the folders: its path and content. What other tests take away meanwhile is not kept."""
    for folder in folders:
        for path in sorted(Path(parent, name) for parent, _, names in os.walk(folder) for name in names):
            if path.is_file() and not path.is_symlink():
                try:
                    content = path.read_bytes()
                except FileNotFoundError:
                    continue
                yield str(path), content


def blobs_of(reference: str) -> Iterator[tuple[str, bytes]]:
    """Everything that the registry holds for `host/repository@digest`: manifests, configuration and layers."""
    host, _, rest = reference.partition("/")
    repository, _, digest = rest.partition("@")
    manifest = _get(f"http://{host}/v2/{repository}/manifests/{digest}")
    yield f"{reference} (manifest)", manifest
    document = cast(dict[str, Any], json.loads(manifest))
    for child in document.get("manifests", []):
        yield from blobs_of(f"{host}/{repository}@{child['digest']}")
    for blob in [document["config"], *document["layers"]] if "layers" in document else []:
        yield f"{reference} {blob['digest']}", _get(f"http://{host}/v2/{repository}/blobs/{blob['digest']}")


def _get(url: str) -> bytes:
    with urllib.request.urlopen(urllib.request.Request(url, headers={"Accept": MANIFESTS}), timeout=30) as answer:
        return cast(bytes, answer.read())
