"""Pods by load."""

from components.manifests.autoscaler import autoscaler
from tests.unit.components.given import environment, workload


def test_no_autoscaler_is_made_where_none_is_asked_for():
    assert autoscaler(environment(), "api", workload()) is None


def test_an_autoscaler_holds_the_processor_time_between_its_bounds():
    found = autoscaler(environment(), "api", workload(autoscaling={"min": 2, "max": 6, "cpuUtilisation": 60}))

    assert found
    spec = found["spec"]
    assert (spec["minReplicas"], spec["maxReplicas"]) == (2, 6)
    assert spec["metrics"][0]["resource"]["target"]["averageUtilization"] == 60


def test_an_autoscaler_scales_the_workloads_deployment():
    found = autoscaler(environment(), "api", workload(autoscaling={"min": 2, "max": 6}))

    assert found
    assert found["spec"]["scaleTargetRef"] == {"apiVersion": "apps/v1", "kind": "Deployment", "name": "api"}
