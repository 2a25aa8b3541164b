"""The resource `Volume`."""

import contextlib

from toolchain.plugins.base import ProviderError
from toolchain.plugins.base_values import Properties
from toolchain.plugins.docker import kinds
from toolchain.plugins.docker.engine import AbsentError, ConflictError
from toolchain.plugins.docker.fields import Answer, label_blocks, labels, mapping, part, text
from toolchain.plugins.docker.ownership import is_ours, owner, without_owner
from toolchain.plugins.docker.resource import Found, Resource, Wanted


class Volumes(Resource):
    """`Volume`: data that outlives containers."""

    kind = kinds.VOLUME

    def create(self, wanted: Wanted) -> Found:
        """Makes it. One that a killed run made is taken over as it is, since there may be data in it."""
        name = text(wanted.inputs, "name")
        if wanted.inputs.get("cluster"):
            raise ProviderError("slipway's stand-in for the docker plugin makes no cluster volumes: it knows no swarm")
        there = self._look(name)
        if there is not None and not is_ours(there.get("Labels"), wanted.urn):
            raise ProviderError(
                f"there is a volume {name!r} already, which this resource did not make; its data may be somebody's. "
                "Import it with `pulumi import`, remove it, or choose another name"
            )
        if there is None:
            with self.engine.doing(f"making the volume {name}"):
                self.engine.api.create_volume(
                    name=name,
                    driver=text(wanted.inputs, "driver"),
                    driver_opts=mapping(wanted.inputs, "driverOpts") or None,
                    labels={**labels(wanted.inputs), **owner(wanted.urn)},
                )
        return self.update(name, wanted)

    def read(self, resource_id: str, inputs: Properties) -> Found | None:
        """Looks at it; nothing of a volume but its content changes once it is made."""
        found = self._look(resource_id)
        if found is None:
            return None
        said: Properties = {
            "name": str(found.get("Name") or ""),
            "driver": str(found.get("Driver") or ""),
            "driverOpts": dict(part(found, "Options")),
            "labels": label_blocks(without_owner(found.get("Labels") or {})),
            "mountpoint": str(found.get("Mountpoint") or ""),
        }
        inputs_found: Properties = {name: value for name, value in said.items() if value and name != "mountpoint"}
        return Found(str(said["name"]), said, {}, inputs_found)

    def update(self, resource_id: str, wanted: Wanted) -> Found:
        """There is nothing that could change in place."""
        found = self.read(resource_id, wanted.inputs)
        if found is None:
            raise ProviderError(f"the volume {resource_id} is gone: run with `--refresh`")
        return found

    def delete(self, resource_id: str, inputs: Properties) -> None:
        """Removes it and its data."""
        try:
            with contextlib.suppress(AbsentError), self.engine.doing(f"removing the volume {resource_id}"):
                self.engine.api.remove_volume(resource_id)
        except ConflictError:
            with self.engine.doing("listing containers"):
                users: list[Answer] = self.engine.api.containers(all=True, filters={"volume": resource_id})
            names = ", ".join(str(name).lstrip("/") for one in users for name in one.get("Names") or ())
            raise ProviderError(
                f"the volume {resource_id} is in use by {names or 'a container'}, which is not of this stack. Remove "
                "that container first"
            ) from None

    def _look(self, name: str) -> Answer | None:
        try:
            with self.engine.doing(f"looking at the volume {name}"):
                return self.engine.api.inspect_volume(name)
        except AbsentError:
            return None
