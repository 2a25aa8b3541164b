"""Labels: the ones Kubernetes recommends, and the two by which an environment is found."""

from components.spec.environment import Environment
from components.spec.workload import Workload

NAME = "app.kubernetes.io/name"
INSTANCE = "app.kubernetes.io/instance"
VERSION = "app.kubernetes.io/version"
PART_OF = "app.kubernetes.io/part-of"
MANAGED_BY = "app.kubernetes.io/managed-by"
OWNER = "slipway/owner"
TIER = "slipway/tier"


def environment_labels(environment: Environment) -> dict[str, str]:
    """The labels of everything in an environment."""
    return {
        PART_OF: environment.namespace,
        MANAGED_BY: "slipway",
        OWNER: environment.owner,
        TIER: environment.tier,
    }


def selector(workload: str) -> dict[str, str]:
    """What identifies a workload's pods. It can never change, so nothing that can change is in it."""
    return {NAME: workload, INSTANCE: workload}


def workload_labels(environment: Environment, name: str, workload: Workload | None = None) -> dict[str, str]:
    """The labels of the objects and pods of a workload, or of what runs on nodes; the version is for people only."""
    version = {VERSION: workload.version} if workload and workload.version else {}
    return {**selector(name), **environment_labels(environment), **version}
