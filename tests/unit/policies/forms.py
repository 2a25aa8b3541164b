"""Other forms of a pod, of which the verdict is the same."""

from collections.abc import Iterator
from typing import Any, cast

from tests.unit.policies.objects import Json

CARRIERS = {
    "ReplicationController": "v1", "PodTemplate": "v1", "ReplicaSet": "apps/v1", "Deployment": "apps/v1",
    "StatefulSet": "apps/v1", "DaemonSet": "apps/v1", "Job": "batch/v1", "CronJob": "batch/v1",
}  # fmt: skip


def wrapped(body: Json) -> Iterator[Json]:
    """The pod in each of the eight kinds that carry one."""
    template = {"metadata": body["metadata"], "spec": body["spec"]}
    for kind, api_version in CARRIERS.items():
        fields: Json = {"spec": {"template": template}}
        if kind == "PodTemplate":
            fields = {"template": template}
        elif kind == "CronJob":
            fields = {"spec": {"jobTemplate": fields}}
        yield {"apiVersion": api_version, "kind": kind, "metadata": {"name": "x"}, **fields}


LISTS = ("containers", "initContainers", "ephemeralContainers")


def moved(body: Json) -> Iterator[Json]:
    """The pod with every container moved to each of the lists that a container can be in."""
    containers = [container for key in LISTS for container in body["spec"].get(key, [])]
    for target in LISTS:
        yield {**body, "spec": {**{k: v for k, v in body["spec"].items() if k not in LISTS}, target: containers}}


def turned(value: Any) -> Any:
    """The same with the keys of every mapping in the opposite order."""
    if isinstance(value, dict):
        items = list(cast("Json", value).items())
        return {key: turned(item) for key, item in reversed(items)}
    return [turned(item) for item in cast("list[Any]", value)] if isinstance(value, list) else value
