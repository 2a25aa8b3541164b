"""How many pods may be missing."""

from typing import Any

import pytest

from components.manifests.pod_disruption_budget import pod_disruption_budget
from tests.unit.components.given import environment, workload


@pytest.mark.parametrize("fields", [{"replicas": 1}, {"autoscaling": {"min": 1, "max": 9}}])
def test_a_single_pod_has_no_budget_because_it_could_only_block(fields: dict[str, Any]):
    assert pod_disruption_budget(environment(), "api", workload(**fields)) is None


@pytest.mark.parametrize("fields", [{"replicas": 2}, {"autoscaling": {"min": 2, "max": 9}}])
def test_two_pods_are_drained_one_by_one_and_broken_ones_do_not_block(fields: dict[str, Any]):
    found = pod_disruption_budget(environment(), "api", workload(**fields))

    assert found
    assert found["spec"]["maxUnavailable"] == 1
    assert found["spec"]["unhealthyPodEvictionPolicy"] == "AlwaysAllow"
