"""What a target has no use for is told."""

from typing import Any

import pytest

from components.spec.document import Document
from components.spec.loading import load
from components.spec.without_effect import ON_A_CLUSTER, ON_A_DOCKER_HOST, without_effect
from components.spec.workload import Workload

WORKLOAD: dict[str, Any] = {
    "image": {"build": {"folder": "images/api"}},
    "replicas": 2,
    "publish": [{"port": 8000}],
    "restart": "always",
}


def told(target: dict[str, Any]) -> list[str]:
    values = {
        "environment": {"tier": "dev", "namespace": "demo", "owner": "platform"},
        "target": target,
        "registry": {"address": "registry.example.com"},
        "workloads": {"api": WORKLOAD},
    }
    return [path for path, _ in without_effect(load(Document("Pulumi.test.yaml", values, {}), {}))]


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ({"kind": "docker"}, ["api.replicas"]),
        ({"kind": "kubernetes", "context": "slipway"}, ["api.publish", "api.restart"]),
        ({"kind": "render", "folder": ".rendered/test"}, ["api.publish", "api.restart"]),
    ],
    ids=["docker", "kubernetes", "render"],
)
def test_what_is_stated_and_changes_nothing_is_told(target: dict[str, Any], expected: list[str]):
    assert told(target) == expected


def test_the_fields_are_a_workloads():
    fields = {info.alias or field for field, info in Workload.model_fields.items()}
    assert ON_A_CLUSTER.keys() | ON_A_DOCKER_HOST.keys() <= fields
