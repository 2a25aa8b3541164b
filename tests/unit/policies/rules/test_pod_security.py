"""`run-as-non-root` and `run-as-user-zero` judge as Kubernetes' Pod Security does."""

from typing import Any

import pytest

from tests.unit.policies.objects import Json, bad_pod_spec, deployment, good_pod_spec, pod, violations

UNSET: Any = object()


def spec(at_pod: Any, at_container: Any, key: str, where: str = "containers") -> Json:
    """A pod that says something of `key` in its own security context, and in that of one container."""
    container: Json = {"name": "a", "image": "a"}
    if at_container is not UNSET:
        container["securityContext"] = {key: at_container}
    made: Json = {where: [container]}
    if at_pod is not UNSET:
        made["securityContext"] = {key: at_pod}
    return made


@pytest.mark.parametrize("where", ["containers", "initContainers", "ephemeralContainers"])
@pytest.mark.parametrize(
    ("at_pod", "at_container", "at"),
    [
        (True, UNSET, []),
        (True, True, []),
        (UNSET, True, []),
        (True, None, []),
        (True, False, ["container"]),
        (UNSET, UNSET, ["container"]),
        (UNSET, False, ["container"]),
        (None, UNSET, ["container"]),
        (False, True, ["pod"]),
        (False, UNSET, ["pod", "container"]),
        (False, False, ["pod", "container"]),
    ],
)
def test_non_root_is_said_by_the_container_or_inherited(
    where: str, at_pod: Any, at_container: Any, at: list[str]
) -> None:
    places = {
        "pod": "spec.securityContext.runAsNonRoot",
        "container": f"spec.{where}[0].securityContext.runAsNonRoot",
    }
    body = pod(spec(at_pod, at_container, "runAsNonRoot", where))
    assert violations(body, "run-as-non-root") == [places[each] for each in at]


@pytest.mark.parametrize("where", ["containers", "initContainers", "ephemeralContainers"])
@pytest.mark.parametrize(
    ("at_pod", "at_container", "at"),
    [
        (UNSET, UNSET, []),
        (1, UNSET, []),
        (1, 10001, []),
        (0, UNSET, ["pod"]),
        (0, 1, ["pod"]),
        (1, 0, ["container"]),
        (0.0, 0.0, ["pod", "container"]),
    ],
)
def test_user_zero_is_refused_wherever_it_stands(where: str, at_pod: Any, at_container: Any, at: list[str]) -> None:
    places = {"pod": "spec.securityContext.runAsUser", "container": f"spec.{where}[0].securityContext.runAsUser"}
    body = pod(spec(at_pod, at_container, "runAsUser", where))
    assert violations(body, "run-as-user-zero") == [places[each] for each in at]


@pytest.mark.parametrize("rule", ["run-as-non-root", "run-as-user-zero"])
@pytest.mark.parametrize(
    ("version", "host_users", "applies"),
    [("1.34", False, True), ("1.35", False, False), ("1.37", False, False), ("1.35", True, True), ("1.35", None, True)],
)
def test_a_user_namespace_exempts_from_its_version_on(
    rule: str, version: str, host_users: bool | None, applies: bool
) -> None:
    body = pod({**bad_pod_spec(), "hostUsers": host_users})
    assert bool(violations(body, rule, kubernetesVersion=version)) is applies


@pytest.mark.parametrize("rule", ["run-as-non-root", "run-as-user-zero"])
def test_a_windows_pod_is_not_exempt(rule: str) -> None:
    assert violations(pod({**bad_pod_spec(), "os": {"name": "windows"}}), rule)


@pytest.mark.parametrize("rule", ["run-as-non-root", "run-as-user-zero"])
@pytest.mark.parametrize("value", ["false", "0", [], 0.5])
def test_a_value_that_the_api_would_refuse_does_not_pass(rule: str, value: Any) -> None:
    key = "runAsNonRoot" if rule == "run-as-non-root" else "runAsUser"
    assert violations(pod(spec(UNSET, value, key)), rule)


@pytest.mark.parametrize("rule", ["run-as-non-root", "run-as-user-zero"])
def test_a_good_pod_passes(rule: str) -> None:
    assert violations(deployment(good_pod_spec()), rule) == []


@pytest.mark.parametrize("rule", ["run-as-non-root", "run-as-user-zero"])
def test_an_object_without_pods_is_not_judged(rule: str) -> None:
    assert violations({"apiVersion": "v1", "kind": "ConfigMap", "data": {}}, rule) == []
