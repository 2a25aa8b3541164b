"""Who may talk to whom: nobody, then look-ups of names, then what a workload asks for."""

from collections.abc import Collection, Sequence
from typing import Any

from components.manifests.labels import NAME, environment_labels, selector, workload_labels
from components.manifests.manifest import Manifest, manifest
from components.spec.environment import Environment
from components.spec.monitoring import PROMETHEUS
from components.spec.network import Peer
from components.spec.ports import METRICS_PORT
from components.spec.workload import Workload

_API = "networking.k8s.io/v1"
_NAMESPACE_NAME = "kubernetes.io/metadata.name"
_DNS_PORT = 53


def default_deny(environment: Environment) -> Manifest:
    """Refuses every connection of every pod in the namespace, except look-ups of names in the cluster."""
    name_service = {
        "to": [{"namespaceSelector": {"matchLabels": {_NAMESPACE_NAME: "kube-system"}}}],
        "ports": [{"protocol": "UDP", "port": _DNS_PORT}, {"protocol": "TCP", "port": _DNS_PORT}],
    }
    metadata = {"name": "default-deny", "namespace": environment.namespace, "labels": environment_labels(environment)}
    spec: dict[str, Any] = {"podSelector": {}, "policyTypes": ["Ingress", "Egress"], "egress": [name_service]}
    return manifest(_API, "NetworkPolicy", metadata, spec=spec)


def network_policy(environment: Environment, name: str, workload: Workload) -> Manifest:
    """Lets through what the workload's `network` names, in addition to the namespace's default."""
    metadata = {
        "name": name,
        "namespace": environment.namespace,
        "labels": workload_labels(environment, name, workload),
    }
    spec = {
        "podSelector": {"matchLabels": selector(name)},
        "policyTypes": ["Ingress", "Egress"],
        "ingress": _rules("from", workload.network.allow_from, workload),
        "egress": _rules("to", workload.network.allow_to, None),
    }
    return manifest(_API, "NetworkPolicy", metadata, spec=spec)


def metrics_policy(
    environment: Environment, workloads: Collection[str], name: str = "metrics", port: str | int = METRICS_PORT
) -> Manifest:
    """Lets Prometheus, and nobody else, read the metrics of these workloads, wherever each of them serves them.

    Args:
        environment: where they live.
        workloads: their names.
        name: the policy's.
        port: the number of a port, or the name by which each container has its own.
    """
    metadata = {"name": name, "namespace": environment.namespace, "labels": environment_labels(environment)}
    spec = {
        "podSelector": {"matchExpressions": [{"key": NAME, "operator": "In", "values": sorted(workloads)}]},
        "policyTypes": ["Ingress"],
        "ingress": [
            {
                "from": [{"podSelector": {"matchLabels": selector(PROMETHEUS)}}],
                "ports": [{"protocol": "TCP", "port": port}],
            }
        ],
    }
    return manifest(_API, "NetworkPolicy", metadata, spec=spec)


def _rules(side: str, peers: Sequence[Peer], served: Workload | None) -> list[dict[str, Any]]:
    """One rule for each peer. A caller that names no port gets those the workload serves, without its metrics."""
    others = [extra.port for extra in served.extra_ports if extra.name != METRICS_PORT] if served else []
    own = [served.port, *others] if served and served.port else []
    rules: list[dict[str, Any]] = []
    for peer in peers:
        rule: dict[str, Any] = {side: [_peer(peer)]}
        ports = peer.ports or own
        if ports:
            rule["ports"] = [{"protocol": "TCP", "port": port} for port in ports]
        rules.append(rule)
    return rules


def _peer(peer: Peer) -> dict[str, Any]:
    if peer.workload:
        return {"podSelector": {"matchLabels": selector(peer.workload)}}
    if peer.namespace:
        return {"namespaceSelector": {"matchLabels": {_NAMESPACE_NAME: peer.namespace}}}
    return {"ipBlock": {"cidr": peer.cidr}}
