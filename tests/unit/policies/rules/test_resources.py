"""Limits and requests: set means a quantity above zero."""

from typing import Any

import pytest

from tests.unit.policies.objects import Json, deployment, good_pod_spec, pod, violations

LIMITS = ["cpu-limit", "memory-limit"]
REQUESTS = ["cpu-request", "memory-request"]
NOT_SET: list[Any] = [None, "", "0", 0, "0Gi", "-1", -0.5, "lots", "1 Gi", True, [], {}]


def with_resources(resources: Any, where: str = "containers") -> Json:
    return pod({where: [{"name": "a", "image": "a", "resources": resources}]})


@pytest.mark.parametrize("rule", LIMITS)
@pytest.mark.parametrize("where", ["containers", "initContainers"])
@pytest.mark.parametrize("value", NOT_SET, ids=repr)
def test_a_limit_that_limits_nothing_counts_as_not_set(rule: str, where: str, value: Any) -> None:
    resource = rule.removesuffix("-limit")
    body = with_resources({"limits": {resource: value}}, where)
    assert violations(body, rule) == [f"spec.{where}[0].resources.limits.{resource}"]


@pytest.mark.parametrize("rule", LIMITS)
@pytest.mark.parametrize("resources", [None, {}, {"limits": None}, {"limits": {}}, {"requests": {"cpu": 1}}])
def test_a_missing_limit_is_found(rule: str, resources: Any) -> None:
    assert len(violations(with_resources(resources), rule)) == 1


@pytest.mark.parametrize("rule", LIMITS)
@pytest.mark.parametrize("value", [1, 0.5, "500m", "1Gi", "1e3"])
def test_a_limit_above_zero_passes(rule: str, value: Any) -> None:
    assert violations(with_resources({"limits": {rule.removesuffix("-limit"): value}}), rule) == []


@pytest.mark.parametrize("rule", REQUESTS)
@pytest.mark.parametrize("value", [v for v in NOT_SET if v is not None], ids=repr)
def test_a_request_for_nothing_counts_as_not_set_even_beside_a_limit(rule: str, value: Any) -> None:
    resource = rule.removesuffix("-request")
    body = with_resources({"requests": {resource: value}, "limits": {resource: "1"}})
    assert violations(body, rule) == [f"spec.containers[0].resources.requests.{resource}"]


@pytest.mark.parametrize("rule", REQUESTS)
def test_a_limit_stands_in_for_a_request_as_the_api_server_makes_it(rule: str) -> None:
    resource = rule.removesuffix("-request")
    assert violations(with_resources({"limits": {resource: "1"}}), rule) == []
    assert len(violations(with_resources({"limits": {resource: "0"}}), rule)) == 1
    assert len(violations(with_resources({}), rule)) == 1


@pytest.mark.parametrize("rule", REQUESTS)
def test_a_request_above_zero_passes_without_a_limit(rule: str) -> None:
    assert violations(with_resources({"requests": {rule.removesuffix("-request"): "1"}}), rule) == []


@pytest.mark.parametrize("rule", LIMITS + REQUESTS)
def test_ephemeral_containers_cannot_have_resources(rule: str) -> None:
    assert violations(pod({"ephemeralContainers": [{"name": "debug", "image": "a"}]}), rule) == []


@pytest.mark.parametrize("rule", LIMITS + REQUESTS)
def test_a_good_pod_passes(rule: str) -> None:
    assert violations(deployment(good_pod_spec()), rule) == []


@pytest.mark.parametrize("rule", LIMITS + REQUESTS)
def test_an_object_without_pods_is_not_judged(rule: str) -> None:
    assert violations({"apiVersion": "v1", "kind": "Service", "spec": {}}, rule) == []
