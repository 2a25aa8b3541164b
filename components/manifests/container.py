"""A container of a workload's pod."""

from collections.abc import Mapping, Sequence
from typing import Any

from components.manifests import gpu
from components.manifests.manifest import Leaf
from components.manifests.probes import probes
from components.manifests.resource_claim import container_claims
from components.manifests.volumes import Volume
from components.spec import defaults
from components.spec.ports import MAIN_PORT
from components.spec.resources import Amounts
from components.spec.workload import Workload, secret_variable

HARDENED: Mapping[str, Any] = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "privileged": False,
    "readOnlyRootFilesystem": True,
    "runAsNonRoot": True,
}
"""What no workload may loosen; user and group are its own."""


def container(
    name: str, workload: Workload, image: Leaf, mounted: Sequence[Volume], *, main_port: str = MAIN_PORT
) -> dict[str, Any]:
    """A container with the workload's image, by digest.

    Args:
        name: the workload's name, and the container's.
        workload: the workload.
        image: `repository@sha256:…`, possibly not known yet.
        mounted: the volumes that it sees.
        main_port: the name of its main port, which no other of the pod has.
    """
    optional = {
        "command": list(workload.command),
        "args": list(workload.args),
        "env": _env(workload),
        "ports": _ports(workload, main_port),
    }
    return {
        "name": name,
        "image": image,
        "imagePullPolicy": "IfNotPresent",
        **{field: value for field, value in optional.items() if value},
        "resources": {
            "requests": _amounts(workload.resources.requests, workload),
            "limits": _amounts(workload.resources.limits, workload),
            **container_claims(workload),
        },
        "securityContext": {**HARDENED, "runAsUser": workload.user, "runAsGroup": workload.group},
        **probes(workload, main_port),
        **_lifecycle(workload),
        "volumeMounts": [volume.mount() for volume in mounted],
    }


def _amounts(amounts: Amounts, workload: Workload) -> dict[str, str]:
    disk = {"ephemeral-storage": amounts.ephemeral_storage}
    return {"cpu": amounts.cpu, "memory": amounts.memory, **disk, **gpu.resources(workload.gpu)}


def _env(workload: Workload) -> list[dict[str, str]]:
    paths = {secret_variable(name): f"{defaults.SECRETS_FOLDER}/{name}" for name in workload.secrets}
    return [
        {"name": name, "value": value}
        for name, value in sorted({**workload.env, **paths, **workload.derived_variables}.items())
    ]


def _ports(workload: Workload, main_port: str) -> list[dict[str, Any]]:
    if workload.port is None:
        return []
    named = [(main_port, workload.port), *((extra.name, extra.port) for extra in workload.extra_ports)]
    return [{"name": name, "containerPort": port, "protocol": "TCP"} for name, port in named]


def _lifecycle(workload: Workload) -> dict[str, Any]:
    """A pause before the stop signal, by the kubelet itself: images without a shell have no `sleep`."""
    seconds = workload.shutdown.pre_stop_seconds
    return {"lifecycle": {"preStop": {"sleep": {"seconds": seconds}}}} if seconds else {}
