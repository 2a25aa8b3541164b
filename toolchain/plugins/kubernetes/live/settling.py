"""Telling a program that runs from one that is about to crash.

Without a readiness probe Kubernetes calls a container ready as soon as it has started, and therefore calls the rollout
of a program that ends at once a success. So a ready workload is watched for a moment longer where nothing but the start
speaks for it.
"""

from collections.abc import Iterable, Sequence

from toolchain.plugins.base_values import Properties
from toolchain.plugins.kubernetes.live.fields import count, section, sections, text

SETTLE_S = 8.0
"""How long a container without readiness probe has to run without a restart; a Python program that fails while it
imports its packages has failed by then. Workloads whose containers all have probes wait no longer than Kubernetes does.
`minReadySeconds` counts: a workload that asks for more has waited already."""


def settle_seconds(obj: Properties, pods: Iterable[Properties]) -> float:
    """Returns how long the pods of a ready object must run on before it counts as ready.

    Args:
        obj: The workload, or a bare pod.
        pods: Its pods.
    """
    if not any(_unproved(pod) for pod in pods):
        return 0.0
    return max(0.0, SETTLE_S - count(obj, "spec", "minReadySeconds"))


def _unproved(pod: Properties) -> bool:
    if text(pod, "status", "phase") == "Succeeded":
        return False
    return any(not section(container, "readinessProbe") for container in sections(pod, "spec", "containers"))


def starts(pods: Sequence[Properties]) -> frozenset[tuple[str, str, int]]:
    """Returns what changes when a container starts anew, or a pod is replaced."""
    return frozenset(
        (text(pod, "metadata", "uid"), text(status, "containerID"), count(status, "restartCount"))
        for pod in pods
        for status in sections(pod, "status", "containerStatuses")
    )


def all_running(pods: Iterable[Properties]) -> bool:
    """Tells whether every container runs, or has ended well."""
    return all(
        _runs(section(status, "state")) for pod in pods for status in sections(pod, "status", "containerStatuses")
    )


def _runs(state: Properties) -> bool:
    ended = section(state, "terminated")
    return bool(section(state, "running")) or (bool(ended) and count(ended, "exitCode") == 0)
