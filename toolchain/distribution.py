"""A registry over the OCI distribution API, with TLS and a login or without: what it holds, and taking it out.

https://github.com/opencontainers/distribution-spec/blob/v1.1.0/spec.md
"""

from __future__ import annotations

import base64
import json
import re
import urllib.parse
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, cast

from toolchain import oci
from toolchain.errors import ToolchainError
from toolchain.logins import Login

ACCEPTED = ", ".join((*oci.INDEXES, oci.MANIFEST, "application/vnd.docker.distribution.manifest.v2+json"))

PAGE = 1000
"""Tags asked for at a time."""

REDIRECTS = 3
"""How often a registry may send on to where it keeps its blobs."""

_MOVED = frozenset({301, 302, 303, 307, 308})
_CHALLENGE = re.compile(r'(\w+)="([^"]*)"')


@dataclass(frozen=True)
class Content:
    """A manifest as the registry holds it."""

    digest: str
    media_type: str
    data: bytes

    @property
    def parsed(self) -> dict[str, Any]:
        """Its JSON; empty if it is none."""
        try:
            content: object = json.loads(self.data)
        except ValueError:
            return {}
        return cast("dict[str, Any]", content) if isinstance(content, dict) else {}


@dataclass
class Remote:
    """One registry.

    Attributes:
        address: Host name and port.
        insecure: Whether it speaks plain HTTP.
        login: Who asks; None asks as anybody.
    """

    address: str
    insecure: bool = False
    login: Login | None = None
    _tokens: dict[str, str] = field(default_factory=dict[str, str], repr=False)
    _tells_referrers: bool = True

    def tags(self, repository: str) -> list[str]:
        """All tags of a repository; none if it does not exist.

        Raises:
            ToolchainError: The registry refuses, or is gone; so do all methods.
        """
        found: list[str] = []
        for page in self._pages(repository, f"tags/list?n={PAGE}"):
            found += [str(tag) for tag in page.get("tags") or ()]
        return found

    def manifest(self, repository: str, reference: str) -> Content | None:
        """The manifest that a tag or a digest stands for; None if there is none."""
        answer = self._ask("GET", repository, f"manifests/{reference}", headers={"Accept": ACCEPTED}, allowed=(404,))
        if answer.status == HTTPStatus.NOT_FOUND:
            return None
        media_type = answer.headers.get("content-type", "").partition(";")[0].strip()
        return Content(oci.sha256(answer.body), media_type, answer.body)

    def put_manifest(self, repository: str, reference: str, content: bytes, media_type: str) -> bool:
        """Push a manifest whose blobs are there already; what a tag stood for before keeps its digest only.

        Returns:
            Whether the registry lists it among the referrers of its `subject`.
        """
        answer = self._ask("PUT", repository, f"manifests/{reference}", content, {"Content-Type": media_type})
        return "oci-subject" in answer.headers

    def blob(self, repository: str, digest: str) -> bytes:
        """A blob's content."""
        return self._ask("GET", repository, f"blobs/{digest}").body

    def put_blob(self, repository: str, content: bytes) -> str:
        """Push a small blob; gives its digest."""
        digest = oci.sha256(content)
        if self._ask("HEAD", repository, f"blobs/{digest}", allowed=(404,)).status != HTTPStatus.OK:
            oci.patiently(lambda: self._upload(repository, digest, content))
        return digest

    def _upload(self, repository: str, digest: str, content: bytes) -> None:
        """Begins an upload and ends it; one that was cut is not gone on with: what arrived of it is not known."""
        uploads = self._url(repository, "blobs/uploads/")
        begun = self._send_once("POST", uploads, repository, b"")
        put = oci.upload_url(uploads, begun.headers.get("location", ""), digest)
        self._send_once("PUT", put, repository, content, {"Content-Type": "application/octet-stream"})

    def referrers(self, repository: str, digest: str) -> list[str]:
        """The digests of what says that it belongs to this one; none where the registry keeps no such list.

        Registries without a list keep the same under the tag `sha256-…`, which is among `tags`.
        """
        if not self._tells_referrers:
            return []
        found: list[str] = []
        for page in self._pages(repository, f"referrers/{digest}", allowed=(400, 404, 405)):
            found += [str(each["digest"]) for each in page.get("manifests") or ()]
        return found

    def delete(self, repository: str, reference: str) -> bool:
        """Take a manifest out by its digest, with every tag that stands for it; whether it was there."""
        answer = self._ask("DELETE", repository, f"manifests/{reference}", allowed=(404,))
        return answer.status != HTTPStatus.NOT_FOUND

    def _pages(self, repository: str, path: str, allowed: tuple[int, ...] = (404,)) -> Iterator[dict[str, Any]]:
        url = self._url(repository, path)
        while True:
            answer = self._send("GET", url, repository, allowed=allowed)
            if answer.status in allowed:
                self._tells_referrers = self._tells_referrers and not path.startswith("referrers/")
                return
            yield Content("", "", answer.body).parsed
            following = re.match(r'<([^>]+)>\s*;\s*rel="?next"?', answer.headers.get("link", ""))
            if not following:
                return
            url = urllib.parse.urljoin(url, following[1])

    def _url(self, repository: str, path: str) -> str:
        return f"{'http' if self.insecure else 'https'}://{self.address}/v2/{repository}/{path}"

    def _ask(
        self,
        method: str,
        repository: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        allowed: tuple[int, ...] = (),
    ) -> oci.Answer:
        return self._send(method, self._url(repository, path), repository, body, headers, allowed)

    def _send(
        self,
        method: str,
        url: str,
        repository: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        allowed: tuple[int, ...] = (),
    ) -> oci.Answer:
        return oci.patiently(lambda: self._send_once(method, url, repository, body, headers, allowed))

    def _send_once(
        self,
        method: str,
        url: str,
        repository: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        allowed: tuple[int, ...] = (),
    ) -> oci.Answer:
        sent = {**(headers or {}), **self._authorization(repository)}
        answer = oci.exchange(method, url, body, sent)
        if answer.status == HTTPStatus.UNAUTHORIZED and self._log_in(answer.headers, repository):
            answer = oci.exchange(method, url, body, {**sent, **self._authorization(repository)})
        for _ in range(REDIRECTS):
            if answer.status not in _MOVED or method not in ("GET", "HEAD"):
                break
            # Where blobs are kept is another house: it gets no login of this one.
            url = urllib.parse.urljoin(url, answer.headers.get("location", ""))
            answer = oci.exchange(method, url, None, headers)
        if answer.status >= HTTPStatus.MULTIPLE_CHOICES and answer.status not in allowed:
            raise self._refusal(method, url, answer)
        return answer

    def _refusal(self, method: str, url: str, answer: oci.Answer) -> ToolchainError:
        if answer.status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            who = f"as {self.login.username!r}" if self.login else "without a login"
            return ToolchainError(
                f"the registry at {self.address} lets nobody {method} {urllib.parse.urlsplit(url).path} {who} "
                f"({answer.status})",
                f"log in (`docker login {self.address}`), or give the stack `registry.credentials` of someone who may",
            )
        if answer.status == HTTPStatus.METHOD_NOT_ALLOWED and method == "DELETE":
            return ToolchainError(
                f"the registry at {self.address} deletes nothing over the distribution API (405)",
                "let its own policy do it: `slipway retention policy --help`",
            )
        return oci.refused(method, url, answer)

    def _authorization(self, repository: str) -> dict[str, str]:
        token = self._tokens.get(repository) or self._tokens.get("")
        return {"Authorization": token} if token else {}

    def _log_in(self, headers: Mapping[str, str], repository: str) -> bool:
        """Answer a challenge; whether there is something new to show."""
        kind, _, rest = headers.get("www-authenticate", "").partition(" ")
        basic = _basic(self.login) if self.login else None
        before = self._authorization(repository)
        if kind.lower() == "basic" and basic:
            self._tokens[""] = basic
        elif kind.lower() == "bearer":
            self._tokens[repository] = self._token(dict(_CHALLENGE.findall(rest)), basic, repository)
        return self._authorization(repository) != before

    def _token(self, challenge: Mapping[str, str], basic: str | None, repository: str) -> str:
        """A token for everything that is done here: https://distribution.github.io/distribution/spec/auth/token/."""
        asked = {"scope": f"repository:{repository}:pull,push,delete"}
        if service := challenge.get("service"):
            asked["service"] = service
        realm = challenge.get("realm", "")
        if not realm.startswith("https://") and not (self.insecure and realm.startswith("http://")):
            raise ToolchainError(
                f"the registry at {self.address} sends logins to {realm!r}, which is no protected address",
                "ask whoever runs the registry",
            )
        url = f"{realm}{'&' if '?' in realm else '?'}{urllib.parse.urlencode(asked)}"
        answer = oci.exchange("GET", url, None, {"Authorization": basic} if basic else None)
        given = Content("", "", answer.body).parsed
        token = given.get("token") or given.get("access_token")
        if answer.status != HTTPStatus.OK or not token:
            raise self._refusal("GET", realm, oci.Answer(HTTPStatus.UNAUTHORIZED, {}, b""))
        return f"Bearer {token}"


def _basic(login: Login) -> str:
    return f"Basic {base64.b64encode(f'{login.username}:{login.password}'.encode()).decode()}"
