"""What the container beside a workload keeps for it on a Docker host: the content of its secrets and plain files.

The Docker provider uploads through a container's root folder, which the engine refuses where the root file system is
read-only. Into a volume it takes an archive all the same, if the volume's own folder is named: so what is kept is a
resource of its own, made by this program (the API's `PutContainerArchive`).
"""

import io
import tarfile
import time
from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi.dynamic import CreateResult, DiffResult, ReadResult, Resource, ResourceProvider, UpdateResult

from components.docker_api import AbsentError, call

READY_S = 60.0
"""How long the container may take to have everything in its place."""

POLL_S = 0.1
READABLE = 0o644
"""Root's, and read by the container's user; the volume itself is in a folder of the host that root alone enters."""

Folders = Mapping[str, Mapping[str, str]]
"""The text of each file, by its name, by the folder that a volume is mounted at."""


class _Provider(ResourceProvider):
    """Puts files into the volumes of a container that exists; they go with the volumes."""

    def create(self, props: dict[str, Any]) -> CreateResult:
        keep(props["host"], props["container"], props["folders"])
        return CreateResult(id_=str(props["container"]), outs=props)

    def diff(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> DiffResult:
        moved = _olds["container"] != _news["container"]
        changed = moved or _olds["folders"] != _news["folders"] or _olds["host"] != _news["host"]
        return DiffResult(changes=changed, replaces=["container"] if moved else [], delete_before_replace=True)

    def update(self, _id: str, _olds: dict[str, Any], _news: dict[str, Any]) -> UpdateResult:
        keep(_news["host"], _news["container"], _news["folders"])
        return UpdateResult(outs=_news)

    def read(self, id_: str, props: dict[str, Any]) -> ReadResult:
        try:
            call(props["host"], "GET", f"/containers/{id_}/json")
        except AbsentError:
            return ReadResult(id_="", outs={})
        return ReadResult(id_=id_, outs=props)


PROVIDER = _Provider()


class KeptFiles(Resource):
    """The files of one container, in its volumes."""

    def __init__(
        self,
        name: str,
        container: pulumi.Input[str],
        folders: Mapping[str, Mapping[str, pulumi.Input[str]]],
        host: str | None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declares the files.

        Args:
            name: the resource's name.
            container: the container's id. It copies what it finds at its start, and is healthy once that is done.
            folders: the text of each file, by its name, by the folder that a volume is mounted at; all of it a secret.
            host: the Docker daemon's address; None for the one that the environment names.
            opts: Pulumi's options.
        """
        inputs = {"container": container, "folders": pulumi.Output.secret(folders), "host": host or ""}
        secret = pulumi.ResourceOptions(additional_secret_outputs=["folders"])
        super().__init__(PROVIDER, name, inputs, pulumi.ResourceOptions.merge(opts, secret))


def keep(host: str, container: str, folders: Folders) -> None:
    """Puts files into a container's volumes, and starts it again, so that it sees them.

    Raises:
        RuntimeError: the engine refuses, in its own words, or the container does not get healthy.
    """
    for folder, files in folders.items():
        call(host, "PUT", f"/containers/{container}/archive?path={folder}", archive(files))
    call(host, "POST", f"/containers/{container}/restart?t=5")
    deadline = time.monotonic() + READY_S
    while (health := _health(host, container)) != "healthy":
        if time.monotonic() > deadline:
            raise RuntimeError(
                f"the container that brings files is {health} after {READY_S:.0f} s: docker logs {container}"
            )
        time.sleep(POLL_S)  # the engine's stream of events would be a second connection for a moment's wait


def archive(files: Mapping[str, str]) -> bytes:
    """The files as an archive, root's."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        for name, text in sorted(files.items()):
            content = text.encode()
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(content), READABLE
            tar.addfile(entry, io.BytesIO(content))
    return buffer.getvalue()


def _health(host: str, container: str) -> str:
    state: dict[str, Any] = call(host, "GET", f"/containers/{container}/json")["State"]
    health: dict[str, Any] = state.get("Health") or {}
    return str(health.get("Status", state["Status"]))
