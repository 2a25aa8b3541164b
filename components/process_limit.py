"""How many processes and threads a container of a Docker host may have.

The Docker provider has no field for it, and the engine sets it on a container that exists: so it is a resource of its
own, made by this program. https://docs.docker.com/reference/api/engine/ (`ContainerUpdate`, `PidsLimit`)
"""

import http.client
import json
import os
import socket
import subprocess
from typing import Any
from urllib.parse import urlsplit

import pulumi
from pulumi.dynamic import CreateResult, DiffResult, ReadResult, Resource, ResourceProvider, UpdateResult

DEFAULT_HOST = "unix:///var/run/docker.sock"
DEFAULT_PORT = 2375
TIMEOUT_S = 30.0


class _Provider(ResourceProvider):
    """Sets the limit of a container that exists; it goes with its container."""

    def create(self, props: dict[str, Any]) -> CreateResult:
        set_limit(props["host"], props["container"], int(props["limit"]))
        return CreateResult(id_=str(props["container"]), outs=props)

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        moved = _olds["container"] != _news["container"]
        changed = moved or _olds["limit"] != _news["limit"] or _olds["host"] != _news["host"]
        return DiffResult(changes=changed, replaces=["container"] if moved else [], delete_before_replace=True)

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        set_limit(_news["host"], _news["container"], int(_news["limit"]))
        return UpdateResult(outs=_news)

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        return ReadResult(id_=id_, outs={**props, "limit": limit(props["host"], id_)})


class ProcessLimit(Resource):
    """The most processes and threads of one container."""

    def __init__(
        self,
        name: str,
        container: pulumi.Input[str],
        processes: int,
        host: str | None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declares the limit.

        Args:
            name: the resource's name.
            container: the container's id.
            processes: how many.
            host: the Docker daemon's address; None for the one that the environment names.
            opts: Pulumi's options.
        """
        super().__init__(_Provider(), name, {"container": container, "limit": processes, "host": host or ""}, opts)


def set_limit(host: str, container: str, processes: int) -> None:
    """Sets the most processes of a container.

    Raises:
        RuntimeError: the engine refuses, in its own words.
    """
    _call(host, "POST", f"/containers/{container}/update", {"PidsLimit": processes})


def limit(host: str, container: str) -> int:
    """The most processes of a container; 0 for no limit.

    Raises:
        RuntimeError: the engine refuses, in its own words.
    """
    found = _call(host, "GET", f"/containers/{container}/json", None)
    return int(found["HostConfig"]["PidsLimit"] or 0)


class _Connection(http.client.HTTPConnection):
    """HTTP over a socket in the file system, over TCP, or over SSH as the docker client does."""

    def __init__(self, address: str) -> None:
        super().__init__("localhost", timeout=TIMEOUT_S)
        self._address = address
        self._ssh: subprocess.Popen[bytes] | None = None

    def connect(self) -> None:
        parts = urlsplit(self._address)
        if parts.scheme == "ssh":
            here, there = socket.socketpair()
            # What the docker client itself runs on such a host.
            command = ["ssh", "-o", "ConnectTimeout=30", "-T", *_port(parts.port), "--", _user_and_host(parts.netloc)]
            self._ssh = subprocess.Popen(
                [*command, "docker", "system", "dial-stdio"], stdin=there.fileno(), stdout=there.fileno()
            )
            there.close()
            self.sock = here
        elif parts.scheme == "tcp":
            self.sock = socket.create_connection((parts.hostname or "localhost", parts.port or DEFAULT_PORT), TIMEOUT_S)
        else:
            self.sock = socket.socket(socket.AF_UNIX)
            self.sock.settimeout(TIMEOUT_S)
            self.sock.connect(parts.path)

    def end(self) -> None:
        """Close it, and end what spoke for it: not before all is read, as closing does."""
        self.close()
        if self._ssh is not None:
            self._ssh.kill()
            self._ssh.wait()


def _port(port: int | None) -> list[str]:
    return ["-p", str(port)] if port else []


def _user_and_host(netloc: str) -> str:
    return netloc.rsplit(":", 1)[0] if netloc.rsplit(":", 1)[-1].isdigit() else netloc


def _call(host: str, method: str, path: str, body: dict[str, Any] | None) -> dict[str, Any]:
    address = host or os.environ.get("DOCKER_HOST") or DEFAULT_HOST
    connection = _Connection(address)
    try:
        text = json.dumps(body) if body is not None else None
        connection.request(method, path, text, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        said = answer.read().decode()
    finally:
        connection.end()
    if answer.status >= http.HTTPStatus.BAD_REQUEST:
        raise RuntimeError(f"the Docker engine at {address} refuses a limit of processes: {said.strip()}")
    return json.loads(said) if said else {}
