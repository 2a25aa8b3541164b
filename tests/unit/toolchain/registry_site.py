"""A registry in a few lines: manifests, tags, blobs, referrers, logins. It checks what a real one checks."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.unit.toolchain.sites import Answer, Request, served

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"


def digest_of(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


@dataclass
class Held:
    """What one repository holds."""

    manifests: dict[str, bytes] = field(default_factory=dict[str, bytes])
    tags: dict[str, str] = field(default_factory=dict[str, str])
    blobs: dict[str, bytes] = field(default_factory=dict[str, bytes])


@dataclass
class RegistrySite:
    """A registry, and how it behaves.

    Attributes:
        referrers: Whether it keeps lists of referrers itself.
        password: What `ci` must say, if anything: as `Basic`, or for a token when `bearer`.
        page: How many tags it tells at a time.
        deletes: How many manifests it takes out before it refuses.
        tags_go_alone: Whether it takes a tag away by its name.
    """

    address: str = ""
    referrers: bool = False
    password: str = ""
    bearer: bool = False
    page: int = 1000
    deletes: int = 10**6
    tags_go_alone: bool = False
    repositories: dict[str, Held] = field(default_factory=dict[str, Held])
    asked: list[str] = field(default_factory=list[str])

    def held(self, repository: str) -> Held:
        return self.repositories.setdefault(repository, Held())

    def put(self, repository: str, content: dict[str, Any], *tags: str) -> str:
        """Put a manifest there, as a push would; gives its digest."""
        data = json.dumps(content).encode()
        held = self.held(repository)
        held.manifests[digest_of(data)] = data
        held.tags |= dict.fromkeys(tags, digest_of(data))
        return digest_of(data)

    def image(self, repository: str, created: str, *tags: str, **more: Any) -> str:
        """Put an image there that says when it was made."""
        config = json.dumps({"created": created, "of": tags}).encode()
        self.held(repository).blobs[digest_of(config)] = config
        named = {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": digest_of(config)}
        return self.put(repository, {"schemaVersion": 2, "mediaType": MANIFEST, "config": named, **more}, *tags)

    def index(self, repository: str, *children: str, tag: str = "") -> str:
        """Put an index there."""
        listed = [{"mediaType": MANIFEST, "digest": child} for child in children]
        content = {"schemaVersion": 2, "mediaType": INDEX, "manifests": listed}
        return self.put(repository, content, *([tag] if tag else []))

    def answer(self, request: Request) -> Answer:
        self.asked.append(f"{request.method} {request.path}")
        if request.path.startswith("/token"):
            return self._token(request)
        if self.password and request.headers.get("Authorization") != self._wanted():
            kind = f'Bearer realm="http://{self.address}/token",service="site"' if self.bearer else "Basic realm=x"
            return Answer(401, headers={"WWW-Authenticate": kind})
        path, _, query = request.path.partition("?")
        found = re.fullmatch(r"/v2/(.+)/(tags|manifests|blobs|referrers)/(.+)", path)
        if not found:
            return Answer(404)
        held = self.held(found[1])
        return {"tags": self._tags, "manifests": self._manifest, "blobs": self._blob, "referrers": self._referrers}[
            found[2]
        ](request, held, found[3], query)

    def _wanted(self) -> str:
        return "Bearer a-token" if self.bearer else self._login()

    def _login(self) -> str:
        return f"Basic {base64.b64encode(f'ci:{self.password}'.encode()).decode()}"

    def _token(self, request: Request) -> Answer:
        if request.headers.get("Authorization") != self._login():
            return Answer(401)
        return Answer(200, b'{"token": "a-token"}')

    def _tags(self, request: Request, held: Held, _: str, query: str) -> Answer:
        if not held.manifests:
            return Answer(404)
        tags = sorted(held.tags)
        after = re.search(r"last=([^&]+)", query)
        rest = [tag for tag in tags if not after or tag > after[1]]
        path = request.path.partition("?")[0]
        following = {"Link": f'<{path}?last={rest[self.page - 1]}>; rel="next"'} if len(rest) > self.page else {}
        return Answer(200, json.dumps({"tags": rest[: self.page]}).encode(), following)

    def _manifest(self, request: Request, held: Held, reference: str, _: str) -> Answer:
        if request.method == "PUT":
            held.manifests[digest_of(request.body)] = request.body
            if not reference.startswith("sha256:"):
                held.tags[reference] = digest_of(request.body)
            subject = json.loads(request.body).get("subject", {}).get("digest")
            return Answer(201, headers={"OCI-Subject": subject} if subject and self.referrers else {})
        digest = held.tags.get(reference, reference)
        content = held.manifests.get(digest)
        if content is None:
            return Answer(404)
        if request.method == "DELETE":
            if self.tags_go_alone and reference in held.tags:
                del held.tags[reference]
                return Answer(202)
            if self.deletes == 0 or not reference.startswith("sha256:"):
                return Answer(405)
            self.deletes -= 1
            del held.manifests[digest]
            held.tags = {tag: other for tag, other in held.tags.items() if other != digest}
            return Answer(202)
        return Answer(200, content, {"Content-Type": json.loads(content).get("mediaType", MANIFEST)})

    def _blob(self, request: Request, held: Held, reference: str, query: str) -> Answer:
        if request.method == "POST":
            return Answer(202, headers={"Location": f"{request.path}1?state=x"})
        if request.method == "PUT":
            claimed = query.rpartition("digest=")[2].replace("%3A", ":")
            if claimed != digest_of(request.body):
                return Answer(400, b"digest invalid")
            held.blobs[claimed] = request.body
            return Answer(201)
        content = held.blobs.get(reference)
        return Answer(404) if content is None else Answer(200, content)

    def _referrers(self, _: Request, held: Held, subject: str, __: str) -> Answer:
        if not self.referrers:
            return Answer(404)
        about = [
            each
            for each, data in held.manifests.items()
            if json.loads(data).get("subject", {}).get("digest") == subject
        ]
        return Answer(200, json.dumps({"manifests": [{"digest": each} for each in about]}).encode())


@contextmanager
def registry_site(**behaviour: Any) -> Generator[RegistrySite]:
    """A registry at an address of its own."""
    site = RegistrySite(**behaviour)
    with served(site.answer) as port:
        site.address = f"127.0.0.1:{port}"
        yield site
