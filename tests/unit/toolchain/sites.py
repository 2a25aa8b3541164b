"""Sites on this machine, for what talks to servers."""

import http.server
import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Request:
    """What a client asked: the names of headers are as `Mapping` finds them, in any case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Answer:
    """What a site says; `Content-Length` is the body's, unless it is among the headers."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict[str, str])


@contextmanager
def served(answer: Callable[[Request], Answer | None], port: int = 0) -> Generator[int]:
    """Serve on the loopback address inside the block; gives the port. An answer that is None hangs up."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def respond(self) -> None:
            given = answer(Request(self.command, self.path, dict(self.headers), self.body()))
            if given is None:
                return
            self.send_response(given.status)
            for name, value in ({"Content-Length": str(len(given.body))} | given.headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(given.body)

        def body(self) -> bytes:
            if self.headers["Transfer-Encoding"] != "chunked":
                return self.rfile.read(int(self.headers["Content-Length"] or 0))
            whole = bytearray()
            while size := int(self.rfile.readline(), 16):
                whole += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return bytes(whole)

        do_GET = do_HEAD = do_POST = do_PATCH = do_PUT = do_DELETE = respond  # noqa: N815 - the base class looks for these names

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class named it
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler) as server:
        # It looks whether it should stop this often, in seconds.
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()
