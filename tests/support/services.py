"""What the services of the dev stack are for: each is asked to do its work, wherever it runs."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from typing import Any

from digits.drawing import glyph

from tests.support.waiting import ANSWER_S

Answer = tuple[int, Any]

PIXELS = 64
"""Numbers that the model of `model-service` is given: a drawing of eight by eight."""


def ask(url: str, body: Mapping[str, Any] | None = None) -> Answer:
    """The status, and the parsed body, of an answer in JSON; with a body, of a POST."""
    content = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
    request = urllib.request.Request(url, content, headers)
    try:
        with urllib.request.urlopen(request, timeout=ANSWER_S) as answer:
            return answer.status, json.loads(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def python_api(address: str) -> None:
    """Compares two texts."""
    status, body = ask(f"{address}/v1/similarity", {"left": "a dark boat", "right": "a dark boat"})
    assert (status, body["score"]) == (200, 1.0)


def vectors(address: str) -> None:
    """Puts vectors in and finds the nearer one."""
    items = [{"id": "a", "values": [1, 0]}, {"id": "b", "values": [0, 1]}]
    assert ask(f"{address}/v1/vectors", {"vectors": items}) == (200, {"count": 2})
    assert nearest(address) == "b"


def nearest(address: str) -> str:
    """Which of the two vectors is found; what went wrong otherwise."""
    status, body = ask(f"{address}/v1/search", {"values": [1, 3], "top": 1})
    return body["found"][0]["id"] if status == 200 and body["found"] else f"{status}: {body}"


def model(address: str) -> None:
    """Has the model read two digits."""
    status, body = ask(f"{address}/predict", {"rows": [glyph(7).tolist(), glyph(2).tolist()]})
    assert (status, [each["label"] for each in body["predictions"]]) == (200, ["7", "2"])


def duplicates(address: str) -> None:
    """Finds the text that is there twice."""
    body = {"texts": ["the same words", "nothing like it", "The same  words"]}
    found = {"duplicates": [{"first": 0, "second": 2, "distance": 0}]}
    assert ask(f"{address}/v1/duplicates", body) == (200, found)


def tools(address: str) -> None:
    """Speaks the Model Context Protocol: initializes, lists the tools, and calls one."""

    def call(method: str, **params: Any) -> Any:
        status, body = ask(f"{address}/mcp", {"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
        assert status == 200
        return body["result"]

    told = call("initialize", protocolVersion="2025-06-18", capabilities={}, clientInfo={"name": "t", "version": "1"})
    assert told["serverInfo"]["name"] == "mcp-server"
    assert [each["name"] for each in call("tools/list")["tools"]] == ["text_statistics", "cut_text"]
    counted = call("tools/call", name="text_statistics", arguments={"text": "one two"})
    assert counted["structuredContent"] == {"characters": 7, "words": 2, "lines": 1, "bytes": 7}


WORK: Mapping[str, Callable[[str], None]] = {
    "python-api": python_api,
    "vector-service": vectors,
    "model-service": model,
    "rust-service": duplicates,
    "mcp-server": tools,
}
"""The work of each service of the dev stack, by its name, at an address."""
