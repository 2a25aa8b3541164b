"""Who may talk to whom on a Docker host: containers meet where they share a network, and nowhere else.

A workload that others may call has a network of its own, without a way out, which its callers join. What is published
and what calls outside join a network on which containers cannot reach each other.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from components.manifests.docker_object import DockerObject, docker_name, docker_object
from components.manifests.labels import environment_labels
from components.spec.environment import Environment
from components.spec.network import Peer
from components.spec.workload import Workload

PUBLISHED = "net.published"
"""The network of what the host publishes. No traffic from there is translated: nothing gets out."""

OUTSIDE = "net.outside"
"""The network of what may call a network outside the host."""

_APART = {"com.docker.network.bridge.enable_icc": "false"}
_NO_WAY_OUT = {"com.docker.network.bridge.enable_ip_masquerade": "false"}


@dataclass(frozen=True)
class Attachment:
    """One network of a container.

    Attributes:
        role: the workload whose network it is, or `PUBLISHED` or `OUTSIDE`.
        aliases: the names by which others find the container there.
    """

    role: str
    aliases: tuple[str, ...] = ()


def network_name(environment: Environment, role: str) -> str:
    """The name on the host."""
    return docker_name(environment, role)


def host_names(environment: Environment, name: str) -> tuple[str, ...]:
    """The names by which a workload is found, on Kubernetes and here: one address serves both."""
    namespace = environment.namespace
    return name, f"{name}.{namespace}", f"{name}.{namespace}.svc", f"{name}.{namespace}.svc.cluster.local"


def callers(environment: Environment, workloads: Mapping[str, Workload], name: str) -> tuple[str, ...]:
    """The workloads between which and this one both sides allow a connection."""

    def meets(peers: tuple[Peer, ...], other: str) -> bool:
        return any(peer.workload == other or peer.namespace == environment.namespace for peer in peers)

    return tuple(
        caller
        for caller, workload in workloads.items()
        if caller != name
        and meets(workloads[name].network.allow_from, caller)
        and meets(workload.network.allow_to, name)
    )


def attachments(environment: Environment, workloads: Mapping[str, Workload], name: str) -> tuple[Attachment, ...]:
    """The networks of a workload's container; none for one that talks to nobody."""
    workload = workloads[name]
    found: list[Attachment] = []
    if callers(environment, workloads, name):
        found.append(Attachment(name, host_names(environment, name)))
    found += [Attachment(other) for other in workloads if name in callers(environment, workloads, other)]
    if any(peer.cidr for peer in workload.network.allow_to):
        found.append(Attachment(OUTSIDE))
    elif workload.publish:
        found.append(Attachment(PUBLISHED))
    return tuple(found)


def networks(environment: Environment, workloads: Mapping[str, Workload]) -> dict[str, DockerObject]:
    """The networks of an environment, by role."""
    roles = dict.fromkeys(each.role for name in workloads for each in attachments(environment, workloads, name))
    return {role: _network(environment, role) for role in sorted(roles)}


def _network(environment: Environment, role: str) -> DockerObject:
    options = {PUBLISHED: {**_APART, **_NO_WAY_OUT}, OUTSIDE: _APART}.get(role)
    return docker_object(
        "Network",
        network_name(environment, role),
        environment_labels(environment),
        driver="bridge",
        internal=options is None,
        options=options,
    )
