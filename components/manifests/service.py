"""The stable address of a workload."""

from components.manifests.labels import selector, workload_labels
from components.manifests.manifest import Manifest, manifest
from components.spec.environment import Environment
from components.spec.workload import MAIN_PORT, Workload


def service(environment: Environment, name: str, workload: Workload) -> Manifest | None:
    """A ClusterIP service on the workload's own port numbers, or None for one that serves nothing."""
    if workload.port is None:
        return None
    metadata = {
        "name": name,
        "namespace": environment.namespace,
        "labels": workload_labels(environment, name, workload),
    }
    ports = [(MAIN_PORT, workload.port), *((extra.name, extra.port) for extra in workload.extra_ports)]
    spec = {
        "type": "ClusterIP",
        "selector": selector(name),
        "ports": [
            {"name": port_name, "port": port, "targetPort": port_name, "protocol": "TCP"} for port_name, port in ports
        ],
    }
    return manifest("v1", "Service", metadata, spec=spec)


def address(environment: Environment, name: str, workload: Workload) -> str | None:
    """The URL at which other pods reach the workload, or None."""
    if workload.port is None:
        return None
    return f"http://{name}.{environment.namespace}.svc.cluster.local:{workload.port}"
