"""The resource `Network`."""

import contextlib
from typing import Any

from toolchain.plugins.base import ProviderError
from toolchain.plugins.base_values import Properties, Value
from toolchain.plugins.docker import kinds
from toolchain.plugins.docker.engine import AbsentError
from toolchain.plugins.docker.fields import Answer, blocks, flag, label_blocks, labels, mapping, part, text
from toolchain.plugins.docker.ownership import is_ours, owner, without_owner
from toolchain.plugins.docker.resource import Found, Resource, Wanted


class Networks(Resource):
    """`Network`: containers in it know each other by name."""

    kind = kinds.NETWORK

    def create(self, wanted: Wanted) -> Found:
        """Makes it. What a killed run made is removed first: it may be another than the one wanted now."""
        name = text(wanted.inputs, "name")
        for same in self._named(name):
            if not is_ours(same.get("Labels"), wanted.urn):
                raise ProviderError(
                    f"there is a network {name!r} already, which this resource did not make. Remove it, import it with "
                    f"`pulumi import`, or choose another name"
                )
            self._remove(str(same["Id"]), name)
        with self.engine.doing(f"making the network {name}"):
            made: Answer = self.engine.api.create_network(
                name,
                driver=text(wanted.inputs, "driver"),
                options=mapping(wanted.inputs, "options") or None,
                ipam=_ipam(wanted.inputs),
                check_duplicate=True,
                internal=flag(wanted.inputs, "internal"),
                labels={**labels(wanted.inputs), **owner(wanted.urn)},
                enable_ipv6=flag(wanted.inputs, "ipv6"),
                attachable=flag(wanted.inputs, "attachable") or None,
                ingress=flag(wanted.inputs, "ingress") or None,
            )
        found = self.read(str(made["Id"]), wanted.inputs)
        if found is None:
            raise ProviderError(f"the network {name} was made and is gone again: somebody else removed it")
        return found

    def read(self, resource_id: str, inputs: Properties) -> Found | None:
        """Looks at it; nothing of a network changes once it is made."""
        try:
            with self.engine.doing(f"looking at the network {resource_id}"):
                found: Answer = self.engine.api.inspect_network(resource_id)
        except AbsentError:
            return None
        said = _properties(found)
        inputs_found: Properties = {name: value for name, value in said.items() if value and name != "scope"}
        return Found(str(found["Id"]), said, {}, inputs_found)

    def update(self, resource_id: str, wanted: Wanted) -> Found:
        """There is nothing that could change in place."""
        found = self.read(resource_id, wanted.inputs)
        if found is None:
            raise ProviderError("the network is gone: run with `--refresh`")
        return found

    def delete(self, resource_id: str, inputs: Properties) -> None:
        """Removes it."""
        self._remove(resource_id, text(inputs, "name"))

    def _named(self, name: str) -> list[Answer]:
        with self.engine.doing("listing networks"):
            listed: list[Answer] = self.engine.api.networks(names=[name])
        return [one for one in listed if one.get("Name") == name]  # the engine's filter takes parts of names, too

    def _remove(self, network: str, name: str) -> None:
        with contextlib.suppress(AbsentError), self.engine.doing(f"removing the network {name}"):
            found: Answer = self.engine.api.inspect_network(network)
            for container, endpoint in part(found, "Containers").items():
                # An engine that was killed may leave the places of containers that are gone.
                if container.startswith("ep-"):
                    self.engine.api.disconnect_container_from_network(str(endpoint["Name"]), network, force=True)
            self.engine.api.remove_network(network)


def _ipam(inputs: Properties) -> dict[str, Any] | None:
    pools = [
        {
            key: value
            for key, value in (
                ("Subnet", text(block, "subnet")),
                ("IPRange", text(block, "ipRange")),
                ("Gateway", text(block, "gateway")),
                ("AuxiliaryAddresses", mapping(block, "auxAddress")),
            )
            if value
        }
        for block in blocks(inputs, "ipamConfigs")
    ]
    driver, options = text(inputs, "ipamDriver"), mapping(inputs, "ipamOptions")
    if not pools and not options and driver == "default":
        return None
    return {"Driver": driver, "Config": pools, "Options": options}


def _properties(found: Answer) -> Properties:
    ipam = part(found, "IPAM")
    return {
        "name": str(found.get("Name") or ""),
        "attachable": found.get("Attachable") is True,
        "driver": str(found.get("Driver") or ""),
        "ingress": found.get("Ingress") is True,
        "internal": found.get("Internal") is True,
        "ipamConfigs": [_pool(one) for one in ipam.get("Config") or ()],
        "ipamDriver": str(ipam.get("Driver") or "default"),
        "ipamOptions": dict(part(ipam, "Options")),
        "ipv6": found.get("EnableIPv6") is True,
        "labels": label_blocks(without_owner(found.get("Labels") or {})),
        "options": dict(part(found, "Options")),
        "scope": str(found.get("Scope") or ""),
    }


def _pool(found: Answer) -> Value:
    names = {"subnet": "Subnet", "ipRange": "IPRange", "gateway": "Gateway"}
    return {name: str(found[key]) for name, key in names.items() if found.get(key)}
