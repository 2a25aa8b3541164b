"""An S3-compatible storage for tests, of one bucket: the calls that a backup makes, the bucket's objects as files.

Run as `python3 s3.py FOLDER PORT ACCESS_KEY`. Signatures are not verified; who names another access key is refused.
"""

from __future__ import annotations

import sys
import urllib.parse
from email.utils import formatdate
from hashlib import md5
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from xml.sax.saxutils import escape

XMLNS = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'
SIGNED_CHUNKS = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"


def unchunked(body: bytes) -> bytes:
    """The content of a body whose every chunk is preceded by its length and its signature."""
    content, rest = b"", body
    while rest:
        head, _, rest = rest.partition(b"\r\n")
        length = int(head.split(b";")[0], 16)
        content, rest = content + rest[:length], rest[length + 2 :]
    return content


class Bucket(BaseHTTPRequestHandler):
    """One bucket, whatever it is called."""

    folder = Path()
    access_key = ""
    protocol_version = "HTTP/1.1"

    def _file(self) -> Path | None:
        """The file of the object that is asked for; None for the bucket itself."""
        path = urllib.parse.unquote(urllib.parse.urlsplit(self.path).path)
        _, _, key = path.strip("/").partition("/")
        return self.folder / key if key else None

    def _refused(self) -> bool:
        if f"Credential={self.access_key}/" in self.headers.get("Authorization", ""):
            return False
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self._error(HTTPStatus.FORBIDDEN, "InvalidAccessKeyId")
        return True

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        file, query = self._file(), urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query, True)
        if self._refused():
            return
        if file is None:
            location = f"<LocationConstraint {XMLNS}></LocationConstraint>"
            self._answer((location if "location" in query else self._listed(query)).encode())
        elif file.is_file():
            self._send(file)
        else:
            self._error(HTTPStatus.NOT_FOUND, "NoSuchKey")

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self._refused():
            return
        if self.headers.get("X-Amz-Content-Sha256") == SIGNED_CHUNKS:
            body = unchunked(body)
        if file := self._file():
            file.parent.mkdir(parents=True, exist_ok=True)
            part = file.with_name(f".{file.name}")  # what is not there whole is not there at all
            part.write_bytes(body)
            part.rename(file)
        self._answer(b"", ETag=f'"{md5(body, usedforsecurity=False).hexdigest()}"')

    def do_DELETE(self) -> None:
        if self._refused():
            return
        if file := self._file():
            file.unlink(missing_ok=True)
        self._answer(b"", HTTPStatus.NO_CONTENT)

    def _listed(self, query: dict[str, list[str]]) -> str:
        prefix = query.get("prefix", [""])[0]
        found = sorted(
            (str(each.relative_to(self.folder)), each.stat().st_size)
            for each in self.folder.rglob("*")
            if each.is_file() and not each.name.startswith(".")
        )
        entries = "".join(
            f"<Contents><Key>{escape(key)}</Key><Size>{size}</Size>"
            "<LastModified>2026-01-01T00:00:00.000Z</LastModified></Contents>"
            for key, size in found
            if key.startswith(prefix)
        )
        return f"<ListBucketResult {XMLNS}><IsTruncated>false</IsTruncated>{entries}</ListBucketResult>"

    def _send(self, file: Path) -> None:
        content, whole = file.read_bytes(), file.stat().st_size
        status, extra = HTTPStatus.OK, dict[str, str]()
        if asked := self.headers.get("Range"):
            first, _, last = asked.removeprefix("bytes=").partition("-")
            begin, end = int(first), min(int(last or whole), whole - 1)
            content, status = content[begin : end + 1], HTTPStatus.PARTIAL_CONTENT
            extra["Content-Range"] = f"bytes {begin}-{end}/{whole}"
        extra["Last-Modified"] = formatdate(file.stat().st_mtime, usegmt=True)
        self._answer(content, status, ETag=f'"{whole:032x}"', **{k.replace("-", "_"): v for k, v in extra.items()})

    def _error(self, status: HTTPStatus, code: str) -> None:
        self._answer(f"<Error><Code>{code}</Code></Error>".encode(), status)

    def _answer(self, body: bytes, status: HTTPStatus = HTTPStatus.OK, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the library's name
        """Nothing."""


if __name__ == "__main__":
    Bucket.folder, Bucket.access_key = Path(sys.argv[1]), sys.argv[3]
    ThreadingHTTPServer(("", int(sys.argv[2])), Bucket).serve_forever()
