import json
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest

from toolchain.cluster.api import Api, Object, RefusedError, condition
from toolchain.cluster.certificates import Subject, make, make_authority
from toolchain.cluster.identities import kubeconfig

READY: Object = {"status": {"conditions": [{"type": "Ready", "status": "True"}]}}
UNREADY: Object = {"status": {"conditions": [{"type": "Ready", "status": "False"}]}}


class Server(BaseHTTPRequestHandler):
    seen: ClassVar[list[tuple[str, str, str | None]]] = []

    def do_GET(self) -> None:
        self.seen.append(("GET", self.path, self.headers["Authorization"]))
        if self.path == "/forbidden":
            return self.answer(403, json.dumps({"message": "nodes is forbidden"}))
        if "watch=true" in self.path:
            events: list[tuple[str, Object]]
            events = [("ADDED", UNREADY), ("BOOKMARK", {}), ("MODIFIED", READY), ("ADDED", {"never": "reached"})]
            return self.answer(200, "\n".join(json.dumps({"type": kind, "object": one}) for kind, one in events))
        return self.answer(200, json.dumps({"kind": "Node"}))

    def do_PATCH(self) -> None:
        change = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.seen.append(("PATCH", self.path, self.headers["Content-Type"]))
        self.answer(200, change)

    def answer(self, code: int, text: str) -> None:
        self.send_response(code)
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the base class's
        """Nothing on standard error."""


@pytest.fixture
def api(tmp_path: Path) -> Iterator[Api]:
    """The way to a server that has a certificate of its own authority."""
    Server.seen.clear()
    authority = tmp_path / "ca.crt", tmp_path / "ca.key"
    make_authority(Subject("test"), *authority)
    make(Subject("api", addresses=("127.0.0.1",)), tmp_path / "api.crt", tmp_path / "api.key", authority=authority)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "api.crt", tmp_path / "api.key")
    with HTTPServer(("127.0.0.1", 0), Server) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            config = tmp_path / "kubeconfig"
            config.write_text(kubeconfig(f"https://127.0.0.1:{server.server_port}", authority[0].read_bytes(), "t0"))
            yield Api.of(config)
        finally:
            server.shutdown()
            thread.join()


def test_the_token_of_the_kubeconfig_is_sent(api: Api) -> None:
    assert api.get("/api/v1/nodes/x") == {"kind": "Node"}
    assert Server.seen == [("GET", "/api/v1/nodes/x", "Bearer t0")]


def test_a_refusal_carries_the_servers_words(api: Api) -> None:
    with pytest.raises(RefusedError, match="nodes is forbidden") as caught:
        api.get("/forbidden")
    assert caught.value.status == 403


def test_a_change_is_merged(api: Api) -> None:
    assert api.patch("/x", {"a": None}) == {"a": None}
    assert Server.seen == [("PATCH", "/x", "application/merge-patch+json")]


def test_waiting_ends_with_the_first_object_that_meets_the_condition(api: Api) -> None:
    seen: list[Object] = []

    def ready(found: Object) -> bool:
        seen.append(found)
        return condition("Ready")(found)

    assert api.wait("/nodes?fieldSelector=a", ready, 5)
    assert seen == [UNREADY, READY]
    assert Server.seen[0][1] == "/nodes?fieldSelector=a&watch=true&timeoutSeconds=5"


def test_waiting_for_what_never_comes_ends(api: Api) -> None:
    assert not api.wait("/nodes", lambda _: False, 1)


def test_a_server_with_a_strange_certificate_is_not_spoken_to(api: Api, tmp_path: Path) -> None:
    make_authority(Subject("other"), tmp_path / "other.crt", tmp_path / "other.key")
    config = tmp_path / "strange"
    config.write_text(kubeconfig(f"https://{api.address}", (tmp_path / "other.crt").read_bytes(), "t0"))

    with pytest.raises(ssl.SSLError):
        Api.of(config).get("/")


@pytest.mark.parametrize("found", [{}, {"status": {}}, UNREADY, {"status": {"conditions": []}}])
def test_a_condition_that_is_not_stated_does_not_hold(found: Object) -> None:
    assert not condition("Ready")(found)
