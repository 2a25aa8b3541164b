"""The stable address of a workload."""

from components.manifests.labels import selector, workload_labels
from components.manifests.manifest import Manifest, manifest
from components.spec.backup import BACKUP
from components.spec.backup import PORT as BACKUP_PORT
from components.spec.environment import Environment
from components.spec.monitoring import METRICS_SERVICE_SUFFIX
from components.spec.ports import MAIN_PORT, METRICS_PORT
from components.spec.workload import Workload


def service(environment: Environment, name: str, workload: Workload) -> Manifest | None:
    """A ClusterIP service on the workload's own port numbers, or None for one that serves nothing.

    That of a StatefulSet has no address: the one pod's own stands behind the name, as a StatefulSet wants it.
    """
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
        **({"clusterIP": "None"} if workload.volumes else {}),
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
    return service_address(environment, name, workload.port)


def service_address(environment: Environment, name: str, port: int) -> str:
    """The URL of a service's port inside the cluster."""
    return f"http://{service_host(environment, name)}:{port}"


def service_host(environment: Environment, name: str) -> str:
    """The name by which pods find a service."""
    return f"{name}.{environment.namespace}.svc.cluster.local"


def metrics_service_name(workload: str) -> str:
    """The name of the service by which Prometheus finds a workload's pods."""
    return f"{workload}{METRICS_SERVICE_SUFFIX}"


def metrics_service(environment: Environment, name: str, workload: Workload) -> Manifest:
    """A service without an address of its own: its name stands for the pods', also of those that are not ready.

    It has the port of the workload's metrics; of one that has none, that of what saves its volumes.
    """
    metadata = {
        "name": metrics_service_name(name),
        "namespace": environment.namespace,
        "labels": workload_labels(environment, name, workload),
    }
    own = workload.metrics_port
    port = {
        "name": METRICS_PORT if own else BACKUP,
        "port": own or BACKUP_PORT,
        "targetPort": METRICS_PORT if own else BACKUP,
        "protocol": "TCP",
    }
    spec = {
        "type": "ClusterIP",
        "clusterIP": "None",
        "publishNotReadyAddresses": True,
        "selector": selector(name),
        "ports": [port],
    }
    return manifest("v1", "Service", metadata, spec=spec)
