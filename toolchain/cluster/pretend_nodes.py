"""Pretend nodes: as many as wanted, on which pods are scheduled and said to run, and nothing runs.

kwok keeps up the appearance. That is enough to try how pods are spread, evicted and placed on many nodes.
"""

from pathlib import Path
from typing import Any

from toolchain.cluster.api import Api, Object, condition
from toolchain.cluster.parts import PRETEND
from toolchain.errors import ToolchainError

TAINT: Object = {"key": PRETEND, "value": "fake", "effect": "NoSchedule"}
"""Only pods that say so are placed there: the others are meant to run."""

LABEL = "slipway.dev/pretend"

SETTLE_S = 60.0

NODES = "/api/v1/nodes"


def name_of(number: int) -> str:
    """What the pretend node with a number, from 0, is called."""
    return f"pretend-{number}"


def node(number: int, cpu: str = "32", memory: str = "256Gi", pods: int = 110) -> Object:
    """A pretend node, as the API server takes it; the amounts are Kubernetes quantities."""
    name = name_of(number)
    amounts = {"cpu": cpu, "memory": memory, "pods": str(pods)}
    labels = {LABEL: "true", "kubernetes.io/hostname": name, "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64"}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": labels, "annotations": {PRETEND: "fake"}},
        "spec": {"taints": [TAINT]},
        "status": {"allocatable": amounts, "capacity": amounts},
    }


def set_pretend_nodes(kubeconfig: Path, count: int, **amounts: Any) -> None:
    """Have exactly so many pretend nodes, and wait until they are ready.

    Args:
        kubeconfig: Of the administrator.
        count: 0 takes all away, with the pods on them.
        amounts: `cpu`, `memory` and `pods` of those that are added; see `node`.

    Raises:
        ToolchainError: They do not become ready.
        OSError: The cluster does not answer.
    """
    if count < 0:
        raise ToolchainError(f"a cluster cannot have {count} pretend nodes", "name a number from 0")
    api = Api.of(kubeconfig)
    wanted = {name_of(number): number for number in range(count)}
    listing = f"{NODES}?labelSelector={LABEL}"
    present = {found["metadata"]["name"] for found in api.get(listing)["items"]}
    for name in sorted(present - wanted.keys()):
        api.delete(f"{NODES}/{name}")
    for name in wanted.keys() - present:
        api.create(NODES, node(wanted[name], **amounts))
    ready = condition("Ready")
    missing = set(wanted)

    def settled(found: Object) -> bool:
        if ready(found):
            missing.discard(found["metadata"]["name"])
        return not missing

    if missing and not api.wait(listing, settled, SETTLE_S):
        some = ", ".join(sorted(missing)[:3])
        raise ToolchainError(f"{len(missing)} pretend nodes are not ready, {some} among them", "is kwok running?")
