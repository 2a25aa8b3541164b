"""How many processes and threads a container of a Docker host may have.

The Docker provider has no field for it, and the engine sets it on a container that exists: so it is a resource of its
own, made by this program (the API's `ContainerUpdate`, `PidsLimit`).
"""

from typing import Any

import pulumi
from pulumi.dynamic import CreateResult, DiffResult, ReadResult, Resource, ResourceProvider, UpdateResult

from components.docker_api import AbsentError, call


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
        try:
            return ReadResult(id_=id_, outs={**props, "limit": limit(props["host"], id_)})
        except AbsentError:
            return ReadResult(id_="", outs={})


PROVIDER = _Provider()


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
        super().__init__(PROVIDER, name, {"container": container, "limit": processes, "host": host or ""}, opts)


def set_limit(host: str, container: str, processes: int) -> None:
    """Sets the most processes of a container.

    Raises:
        RuntimeError: the engine refuses, in its own words.
    """
    call(host, "POST", f"/containers/{container}/update", {"PidsLimit": processes})


def limit(host: str, container: str) -> int:
    """The most processes of a container; 0 for no limit.

    Raises:
        AbsentError: there is no such container.
        RuntimeError: the engine refuses, in its own words.
    """
    found = call(host, "GET", f"/containers/{container}/json")
    return int(found["HostConfig"]["PidsLimit"] or 0)
