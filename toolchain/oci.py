"""One-layer images in the OCI format, pushed to a registry over its HTTP interface."""

import gzip
import hashlib
import http.client
import json
import re
import time
import urllib.parse
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, cast

from toolchain import files
from toolchain.errors import ToolchainError

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
INDEXES = (INDEX, "application/vnd.docker.distribution.manifest.list.v2+json")
"""The media types of a list of manifests."""

EMPTY = "application/vnd.oci.empty.v1+json"
EMPTY_CONFIG = b"{}"
"""The configuration of what is no image: https://github.com/opencontainers/image-spec/blob/main/manifest.md."""

LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"

COMPRESSION = 1
"""Gzip's fastest: the layer travels over the loopback address only."""

TIMEOUT_S = 120.0
CHUNK = 1 << 20

PAUSES_S = (0.2, 1.0)
"""Before a registry that failed is asked again: long enough for a connection that was cut or a server that was busy."""

T = TypeVar("T")


class PassingError(ToolchainError):
    """The registry is gone, or failed by itself: the next time may go well."""


def patiently(do: Callable[[], T]) -> T:
    """Does what may be done twice, and does it again when the registry fails.

    Raises:
        PassingError: It failed each time.
    """
    for pause in PAUSES_S:
        try:
            return do()
        except PassingError:
            time.sleep(pause)  # a registry does not tell when it is well again
    return do()


@dataclass(frozen=True)
class Image:
    """An image with one layer, on disk.

    Attributes:
        layer: The compressed layer.
        config: The image configuration, as it is pushed.
        manifest: The manifest, as it is pushed.
    """

    layer: Path
    config: bytes
    manifest: bytes

    @property
    def digest(self) -> str:
        """What the image is pinned by: `sha256:…` of the manifest."""
        return sha256(self.manifest)


def sha256(data: bytes) -> str:
    """The digest of some bytes, in the registry's notation."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def canonical(value: object) -> bytes:
    """JSON with one spelling only, so that digests are stable."""
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def artifact(kind: str, data: bytes, subject: Mapping[str, Any] | None = None) -> bytes:
    """The manifest of a document that is kept in a registry; its blobs are the document and `EMPTY_CONFIG`.

    Args:
        kind: The document's media type, which is the artifact's type, too.
        data: The document.
        subject: The descriptor of what it is about.
    """
    return canonical(
        {
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "artifactType": kind,
            "config": {"mediaType": EMPTY, "digest": sha256(EMPTY_CONFIG), "size": len(EMPTY_CONFIG)},
            "layers": [{"mediaType": kind, "digest": sha256(data), "size": len(data)}],
            **({"subject": dict(subject)} if subject else {}),
        }
    )


def compress(tar: Path, layer: Path) -> str:
    """Compress a tar archive into a layer, the same bytes for the same archive.

    Returns:
        The digest of the archive itself, by which the configuration names the layer.
    """
    plain = hashlib.sha256()
    with files.incoming(layer) as temporary, tar.open("rb") as source, temporary.open("wb") as target:
        # No name and no time in the header: both would change the digest.
        with gzip.GzipFile("", "wb", COMPRESSION, target, mtime=0) as packed:
            while chunk := source.read(CHUNK):
                plain.update(chunk)
                packed.write(chunk)
        temporary.chmod(0o644)
    return f"sha256:{plain.hexdigest()}"


def image(layer: Path, diff_id: str, architecture: str, config: Mapping[str, Any], created: str) -> Image:
    """Describe a layer as an image.

    Args:
        layer: The compressed layer.
        diff_id: The digest of the archive inside.
        architecture: In Go's words: `amd64`, `arm64`.
        config: `Env`, `Cmd`, `Labels` and the like.
        created: When, in RFC 3339; a constant, so that the digest depends on the content only.
    """
    configuration = canonical(
        {
            "architecture": architecture,
            "config": dict(config),
            "created": created,
            "history": [{"created": created, "created_by": "slipway"}],
            "os": "linux",
            "rootfs": {"diff_ids": [diff_id], "type": "layers"},
        }
    )
    with layer.open("rb") as file:
        layer_digest = f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"
    manifest = canonical(
        {
            "config": {"digest": sha256(configuration), "mediaType": CONFIG, "size": len(configuration)},
            "layers": [{"digest": layer_digest, "mediaType": LAYER, "size": layer.stat().st_size}],
            "mediaType": MANIFEST,
            "schemaVersion": 2,
        }
    )
    return Image(layer, configuration, manifest)


def pushed(registry: str, repository: str, reference: str) -> str | None:
    """The digest that a tag or digest stands for in a registry, None if it is not there.

    Raises:
        ToolchainError: The registry does not answer as one.
    """
    url = f"http://{registry}/v2/{repository}/manifests/{reference}"
    status, headers = _request("HEAD", url, headers={"Accept": f"{MANIFEST}, {INDEX}"}, expected=(200, 404))
    return headers.get("docker-content-digest") if status == http.HTTPStatus.OK else None


def push(registry: str, repository: str, tag: str, content: Image) -> None:
    """Push an image; blobs that the registry has are not sent again.

    Raises:
        ToolchainError: The registry refuses, or is gone.
    """
    base = f"http://{registry}/v2/{repository}"
    manifest = cast("dict[str, Any]", json.loads(content.manifest))
    _push_blob(base, manifest["layers"][0]["digest"], content.layer)
    _push_blob(base, manifest["config"]["digest"], content.config)
    _request("PUT", f"{base}/manifests/{tag}", content.manifest, {"Content-Type": MANIFEST}, expected=(201,))


def _push_blob(base: str, digest: str, blob: Path | bytes) -> None:
    status, _ = _request("HEAD", f"{base}/blobs/{digest}", expected=(200, 404))
    if status == http.HTTPStatus.OK:
        return
    _, headers = _request("POST", f"{base}/blobs/uploads/", b"", expected=(202,))
    _request(
        "PUT",
        upload_url(f"{base}/", headers["location"], digest),
        blob,
        {"Content-Type": "application/octet-stream"},
        expected=(201,),
    )


def upload_url(begun: str, location: str, digest: str) -> str:
    """Where a blob is put whose upload was begun: the answer may name a path only, and have a query of its own."""
    url = urllib.parse.urljoin(begun, location)
    return f"{url}{'&' if '?' in url else '?'}{urllib.parse.urlencode({'digest': digest})}"


def _request(
    method: str,
    url: str,
    body: bytes | Path | None = None,
    headers: Mapping[str, str] | None = None,
    *,
    expected: tuple[int, ...],
) -> tuple[int, dict[str, str]]:
    """One exchange: status and headers, whose names are in lower case."""
    answer = exchange(method, url, body, headers)
    if answer.status not in expected:
        raise refused(method, url, answer)
    return answer.status, answer.headers


OWN = "for that of this machine: `slipway doctor`, and $SLIPWAY_HOME/logs/registry.log"
"""Where to look for a registry that slipway runs; of another one, nothing is known here."""


FULL_BY_NUMBER = r'\bErr"?:(?:28|122)\b'
"""How a registry that keeps its blobs in files says that no space is left: by the number of the system's error."""

_FULL = re.compile(rf"no space left|quota exceeded|{FULL_BY_NUMBER}", re.IGNORECASE)

_LOGIN = re.compile(r"\b40[13]\b|unauthorized|denied|forbidden", re.IGNORECASE)


def mend_of(said: str) -> str:
    """What to do when somebody who speaks to a registry failed with these words."""
    if _FULL.search(said):
        return f"make sure that the registry's disk has room ({OWN}), then run again"
    if _LOGIN.search(said):
        return "log in to the registry with `docker login`, as somebody who may pull and push, then run again"
    return f"check that the registry runs and can be reached ({OWN}), then run again"


@dataclass(frozen=True)
class Answer:
    """What a registry said: the names of headers are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


def exchange(
    method: str, url: str, body: bytes | Path | None = None, headers: Mapping[str, str] | None = None
) -> Answer:
    """One request and its answer, whatever its status.

    Raises:
        PassingError: The registry is gone, or does not speak HTTP.
    """
    parts = urllib.parse.urlsplit(url)
    connect = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = connect(parts.netloc, timeout=TIMEOUT_S)
    target = f"{parts.path}?{parts.query}" if parts.query else parts.path
    sent = dict(headers or {})
    try:
        if isinstance(body, Path):
            sent["Content-Length"] = str(body.stat().st_size)
            with body.open("rb") as file:
                connection.request(method, target, file, sent)
                response = connection.getresponse()
        else:
            connection.request(method, target, body, sent)
            response = connection.getresponse()
        content = response.read()
    except (OSError, http.client.HTTPException) as error:
        raise PassingError(
            f"the registry at {parts.netloc} did not take {method} {parts.path}: {error}",
            mend_of(str(error)),
        ) from error
    finally:
        connection.close()
    return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, content)


def refused(method: str, url: str, answer: Answer) -> ToolchainError:
    """What to raise for an answer that is none of those wanted."""
    parts = urllib.parse.urlsplit(url)
    text = answer.body.decode(errors="replace").strip()
    message = f"the registry at {parts.netloc} answered {answer.status} to {method} {parts.path}: {text[:600]}"
    if answer.status == http.HTTPStatus.TOO_MANY_REQUESTS or answer.status >= http.HTTPStatus.INTERNAL_SERVER_ERROR:
        return PassingError(message, mend_of(text))
    return ToolchainError(message, f"see its log ({OWN}), or ask whoever runs it")
