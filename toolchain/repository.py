"""A repository of a registry: its manifests and blobs, over the OCI distribution protocol.

https://github.com/opencontainers/distribution-spec/blob/main/spec.md
"""

import base64
import http
import json
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from toolchain import oci
from toolchain.errors import ToolchainError
from toolchain.logins import login

DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_INDEX = "application/vnd.docker.distribution.manifest.list.v2+json"
INDEXES = (oci.INDEX, DOCKER_INDEX)
MANIFESTS = ", ".join((oci.INDEX, oci.MANIFEST, DOCKER_INDEX, DOCKER_MANIFEST))
TIMEOUT_S = 60.0

_CHALLENGE = re.compile(r'(\w+)="([^"]*)"')


@dataclass(frozen=True)
class Content:
    """What a registry gave: the bytes, and their media type."""

    data: bytes
    media_type: str

    @property
    def digest(self) -> str:
        """`sha256:…` of the bytes."""
        return oci.sha256(self.data)

    def json(self) -> dict[str, Any]:
        """The bytes, read as a JSON object."""
        return cast("dict[str, Any]", json.loads(self.data))


@dataclass(frozen=True)
class Repository:
    """A repository, by its registry's address and its path.

    Attributes:
        registry: host name and port.
        path: below it.
        insecure: whether the registry speaks plain HTTP.
    """

    registry: str
    path: str
    insecure: bool

    def manifest(self, reference: str) -> Content | None:
        """The manifest that a tag or digest stands for, None if there is none.

        Raises:
            ToolchainError: the registry does not answer as one, or what it gave has another digest.
        """
        answer = self._ask("GET", f"manifests/{reference}", headers={"Accept": MANIFESTS}, may_miss=True)
        if answer.missing:
            return None
        content = Content(answer.body, answer.headers.get("content-type", oci.MANIFEST))
        self._check(reference, content)
        return content

    def blob(self, digest: str) -> bytes:
        """A blob's bytes.

        Raises:
            ToolchainError: it is not there, or is not what its digest says.
        """
        answer = self._ask("GET", f"blobs/{digest}")
        self._check(digest, Content(answer.body, ""))
        return answer.body

    def put_blob(self, data: bytes) -> str:
        """Stores a blob, unless it is there; gives its digest."""
        digest = oci.sha256(data)
        if not self._ask("HEAD", f"blobs/{digest}", may_miss=True).missing:
            return digest
        answer = self._ask("POST", "blobs/uploads/", b"")
        location = urllib.parse.urljoin(f"{self._base}/blobs/uploads/", answer.headers["location"])
        separator = "&" if "?" in location else "?"
        url = f"{location}{separator}{urllib.parse.urlencode({'digest': digest})}"
        self._ask("PUT", url, data, {"Content-Type": "application/octet-stream"})
        return digest

    def put_manifest(self, reference: str, content: Content) -> bool:
        """Stores a manifest under a tag or its digest; whether the registry keeps track of its `subject` itself."""
        answer = self._ask("PUT", f"manifests/{reference}", content.data, {"Content-Type": content.media_type})
        return "oci-subject" in answer.headers

    @property
    def _base(self) -> str:
        host = "registry-1.docker.io" if self.registry == "docker.io" else self.registry
        return f"http{'' if self.insecure else 's'}://{host}/v2/{self.path}"

    def _check(self, reference: str, content: Content) -> None:
        if reference.startswith("sha256:") and content.digest != reference:
            raise ToolchainError(
                f"{self.registry}/{self.path} gave other content than {reference}: its digest is {content.digest}",
                "do not use it: find out whether the registry's storage is damaged, or somebody changed it",
            )

    def _ask(
        self,
        method: str,
        place: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        may_miss: bool = False,
    ) -> "_Answer":
        """One exchange, with a login where the registry wants one; what is not there is an error unless it may miss."""
        url = place if place.startswith("http") else f"{self._base}/{place}"
        sent = dict(headers or {})
        try:
            answer = _exchange(method, url, body, sent)
            if answer.status == http.HTTPStatus.UNAUTHORIZED:
                sent["Authorization"] = self._authorization(answer.headers.get("www-authenticate", ""))
                answer = _exchange(method, url, body, sent)
        except (OSError, ValueError) as error:
            raise ToolchainError(
                f"the registry at {self.registry} did not take {method} of {self.path}: {error}",
                "check that it runs and can be reached (`slipway doctor`), then run again",
            ) from error
        if answer.status >= http.HTTPStatus.BAD_REQUEST and not (may_miss and answer.missing):
            said = answer.body.decode(errors="replace").strip()[:300]
            raise ToolchainError(
                f"the registry at {self.registry} answered {answer.status} to {method} of {self.path}: {said}",
                f"log in to it (`docker login {self.registry}`)"
                if answer.status in (http.HTTPStatus.UNAUTHORIZED, http.HTTPStatus.FORBIDDEN)
                else "check that it is well and that its disk has room, then run again",
            )
        return answer

    def _authorization(self, challenge: str) -> str:
        """What the registry asks for: the login itself, or a token that is had for it."""
        found = login(self.registry)
        basic = f"Basic {base64.b64encode(':'.join(found).encode()).decode()}" if found else ""
        scheme, _, rest = challenge.partition(" ")
        if scheme.lower() != "bearer":
            return basic
        asked = dict(_CHALLENGE.findall(rest))
        query = urllib.parse.urlencode({key: asked[key] for key in ("service", "scope") if key in asked})
        answer = _exchange("GET", f"{asked.get('realm', '')}?{query}", None, {"Authorization": basic} if basic else {})
        if answer.status != http.HTTPStatus.OK:
            return basic
        token = json.loads(answer.body)
        return f"Bearer {token.get('token') or token.get('access_token')}"


@dataclass(frozen=True)
class _Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def missing(self) -> bool:
        return self.status == http.HTTPStatus.NOT_FOUND


def _exchange(method: str, url: str, body: bytes | None, headers: Mapping[str, str]) -> _Answer:
    if not url.startswith(("http://", "https://")):
        raise ValueError(f"no address of a registry: {url!r}")
    request = urllib.request.Request(url, body, dict(headers), method=method)  # noqa: S310 - checked above
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S) as response:  # noqa: S310 - checked above
            return _Answer(response.status, _lower(response.headers), response.read())
    except urllib.error.HTTPError as error:
        with error:
            return _Answer(error.code, _lower(error.headers), error.read())


def _lower(headers: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}
