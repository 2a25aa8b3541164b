"""Keeps what it is given below `/data`: PUT and GET of `/<key>`."""

import http.server
import pathlib
import signal
import sys
import types

DATA = pathlib.Path("/data")


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        file = DATA / self.path.strip("/")
        if self.path in ("/health", "/ready"):
            self.answer(200, b"ok")
        elif file.is_file():
            self.answer(200, file.read_bytes())
        else:
            self.answer(404, b"nothing")

    def do_PUT(self) -> None:
        (DATA / self.path.strip("/")).write_bytes(self.rfile.read(int(self.headers["Content-Length"])))
        self.answer(200, b"kept")

    def answer(self, code: int, body: bytes) -> None:
        self.send_response(code)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the library's name
        pass


def leave(number: int, frame: types.FrameType | None) -> None:
    del number, frame
    sys.exit(0)


signal.signal(signal.SIGTERM, leave)
http.server.ThreadingHTTPServer(("", 8000), Handler).serve_forever()
