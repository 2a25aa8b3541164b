"""Speaking to the cluster's API server: the little that the toolchain itself needs."""

import base64
import http.client
import json
import ssl
import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import yaml

Object = dict[str, Any]

TIMEOUT_S = 5.0
"""The API server is on this machine; one that does not answer at once is being started, or gone."""

JSON = "application/json"
MERGE_PATCH = "application/merge-patch+json"


class RefusedError(Exception):
    """The API server answered, but not as hoped.

    Attributes:
        status: The HTTP status.
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Api:
    """A way to the API server.

    Attributes:
        address: Host and port.
        token: Who speaks.
        context: What the server's certificate is checked against.
    """

    address: str
    token: str
    context: ssl.SSLContext

    @classmethod
    def of(cls, kubeconfig: Path) -> "Api":
        """The way that a kubeconfig of this project names.

        Raises:
            OSError: It is not there.
        """
        content = cast(Object, yaml.safe_load(kubeconfig.read_text()))
        cluster = content["clusters"][0]["cluster"]
        authority = base64.b64decode(cluster["certificate-authority-data"]).decode()
        address = urllib.parse.urlsplit(str(cluster["server"])).netloc
        return cls(address, content["users"][0]["user"]["token"], ssl.create_default_context(cadata=authority))

    def get(self, path: str) -> Object:
        """Read an object or a list.

        Raises:
            OSError: Nobody answers.
            RefusedError: It is not there, or may not be read.
        """
        return self._call("GET", path)

    def create(self, path: str, content: Object) -> Object:
        """Add an object to a list; see `get` for errors."""
        return self._call("POST", path, content, JSON)

    def delete(self, path: str) -> Object:
        """Remove an object; see `get` for errors."""
        return self._call("DELETE", path)

    def patch(self, path: str, change: Object) -> Object:
        """Merge a change into an object; see `get` for errors."""
        return self._call("PATCH", path, change, MERGE_PATCH)

    def watch(self, path: str, seconds: float) -> Iterator[Object]:
        """The objects of a list as they are now, then every change, for some seconds; see `get` for errors."""
        query = urllib.parse.urlencode({"watch": "true", "timeoutSeconds": max(1, round(seconds))})
        with closing(self._connection(seconds + TIMEOUT_S)) as connection:
            target = f"{path}{'&' if '?' in path else '?'}{query}"
            connection.request("GET", target, headers=self._headers())
            response = connection.getresponse()
            if response.status != http.HTTPStatus.OK:
                raise RefusedError(response.status, _message(response.read()))
            for line in response:
                event = json.loads(line)
                if event["type"] in {"ADDED", "MODIFIED"}:
                    yield event["object"]

    def wait(self, path: str, condition: Callable[[Object], bool], seconds: float) -> bool:
        """Wait until an object of a list meets a condition; whether it did in time. See `get` for errors."""
        return any(condition(found) for found in self.watch(path, seconds))

    def _call(self, method: str, path: str, body: Object | None = None, kind: str = "") -> Object:
        headers = self._headers() | ({"Content-Type": kind} if kind else {})
        with closing(self._connection(TIMEOUT_S)) as connection:
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            response = connection.getresponse()
            data = response.read()
            if response.status >= http.HTTPStatus.BAD_REQUEST:
                raise RefusedError(response.status, _message(data))
            return cast(Object, json.loads(data))

    def _connection(self, timeout: float) -> http.client.HTTPSConnection:
        return http.client.HTTPSConnection(self.address, timeout=timeout, context=self.context)

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}", "Accept": "application/json"}


def condition(kind: str) -> Callable[[Object], bool]:
    """Whether an object's status has a condition that is true: `Ready`, `Available`."""

    def holds(found: Object) -> bool:
        conditions = found.get("status", {}).get("conditions", [])
        return any(entry["type"] == kind and entry["status"] == "True" for entry in conditions)

    return holds


def _message(data: bytes) -> str:
    try:
        return str(json.loads(data)["message"])
    except (ValueError, KeyError, TypeError):
        return data.decode(errors="replace").strip()
