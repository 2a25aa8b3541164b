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


QUEUE = {"metric": "queue_length", "target": 5, "labels": {"queue": "llm"}, "source": "external"}


def test_signals_become_metrics_and_processor_time_counts_only_if_it_is_stated():
    latency = {"metric": "request_seconds", "target": 500}
    found = autoscaler(environment(), "api", workload(autoscaling={"min": 1, "max": 6, "latency": latency}))

    assert found
    pods = {"metric": {"name": "request_seconds"}, "target": {"type": "AverageValue", "averageValue": "500m"}}
    assert found["spec"]["metrics"] == [{"type": "Pods", "pods": pods}]


def test_a_queue_outside_is_divided_among_the_pods():
    found = autoscaler(environment(), "api", workload(autoscaling={"min": 1, "max": 6, "queueDepth": QUEUE}))

    assert found
    external = {
        "metric": {"name": "queue_length", "selector": {"matchLabels": {"queue": "llm"}}},
        "target": {"type": "AverageValue", "averageValue": "5"},
    }
    assert found["spec"]["metrics"] == [{"type": "External", "external": external}]


def test_keda_scales_to_none_and_back_by_a_queue_outside():
    keda = {"server": "http://prometheus:9090", "fallbackReplicas": 2}
    found = autoscaler(
        environment(), "api", workload(autoscaling={"min": 0, "max": 6, "queueDepth": QUEUE, "keda": keda})
    )

    assert found
    assert (found["apiVersion"], found["kind"]) == ("keda.sh/v1alpha1", "ScaledObject")
    spec = found["spec"]
    assert (spec["minReplicaCount"], spec["maxReplicaCount"], spec["fallback"]["replicas"]) == (0, 6, 2)
    (trigger,) = spec["triggers"]
    assert (trigger["type"], trigger["metricType"]) == ("prometheus", "AverageValue")
    assert trigger["metadata"] == {
        "serverAddress": "http://prometheus:9090",
        "query": 'sum(queue_length{queue="llm"})',
        "threshold": "5",
    }
