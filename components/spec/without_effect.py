"""Fields of a workload that change nothing on some targets, and why: one stack file serves them all."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

from components.spec.loading import Loaded
from components.spec.target import DockerTarget

ON_A_CLUSTER: Mapping[str, str] = {
    "publish": "the Service is the address",
    "restart": "pods are always started again",
    "liveReload": "pods do not see this machine",
    "pidsLimit": "the kubelet's `podPidsLimit`",
}
"""Also where manifests are rendered."""

ON_A_DOCKER_HOST: Mapping[str, str] = {
    "replicas": "one container",
    "autoscaling": "one container",
    "rollout": "one container is replaced",
    "extraPorts": "who shares a network reaches every port",
    "slo": "a Docker host is not watched yet",
    "waivers": "waivers there are the packs' configuration",
    "priorityClass": "one host, and nobody makes room",
    "deadlines": "one container is replaced",
    "pullSeconds": "an image is pulled before its container is made",
}


def without_effect(loaded: Loaded) -> Iterator[tuple[str, str]]:
    """The fields that are stated, in the file or by a variable, and that the target has no use for.

    Yields:
        The path of each, below `slipway:workloads`, and why it changes nothing.
    """
    idle = ON_A_DOCKER_HOST if isinstance(loaded.settings.target, DockerTarget) else ON_A_CLUSTER
    workloads = cast("Mapping[str, Mapping[str, Any]]", loaded.overridden.values.get("workloads") or {})
    for name, stated in workloads.items():
        for field in stated:
            if field in idle:
                yield f"{name}.{field}", idle[field]
