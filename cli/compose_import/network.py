"""Who may call whom: services meet on the networks that they share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cli.compose_import import forms
from cli.compose_import.service import Service
from components.manifests.docker_network import OUTSIDE, PUBLISHED

EVERYWHERE = "0.0.0.0/0"


def allowed(
    services: Mapping[str, Service], names: Mapping[str, str], networks: Mapping[str, Any]
) -> Iterator[tuple[str, str, dict[str, str]]]:
    """What the networks of a Compose file allow.

    Args:
        services: the services.
        names: what each is called in the proposal.
        networks: what the file says of its networks.

    Yields:
        A service, `allowTo` or `allowFrom`, and the other side.
    """
    for name, other in _meetings(services):
        yield name, "allowTo", {"workload": names[other]}
        yield other, "allowFrom", {"workload": names[name]}
    for name, service in services.items():
        if _calls_outside(service, networks):
            yield name, "allowTo", {"cidr": EVERYWHERE}


def _meetings(services: Mapping[str, Service]) -> Iterator[tuple[str, str]]:
    """Who may call whom: on a network of somebody's own name its callers meet that one, on any other all meet all."""
    for name, service in services.items():
        for other, called in services.items():
            if name == other:
                continue
            shared = _networks(service).keys() & _networks(called).keys() - {OUTSIDE, PUBLISHED}
            if any(network == other or network not in services for network in shared):
                yield name, other


def _networks(service: Service) -> dict[str, dict[str, Any]]:
    if service.raw.get("network_mode"):
        return {}
    return forms.keyed(service.raw.get("networks", ["default"]))


def _calls_outside(service: Service, networks: Mapping[str, Any]) -> bool:
    joined = _networks(service)
    return any(
        network == OUTSIDE or (network != PUBLISHED and not forms.mapping(networks.get(network)).get("internal"))
        for network in joined
    )
