"""Rules that join objects: what is not known, and what is not claimed. `cases.joins` has what passes and what fails."""

from typing import Any

import pytest

from policies.plain import SENTINELS
from tests.unit.policies.cases.case import Json, thing
from tests.unit.policies.cases.joins import (
    ACCOUNT, NAMESPACE, POLICY, QUOTA, RANGE, SCALER, budget, held, ingress, labelled, monitor, policy, scaler,
    vertical, with_env,
)  # fmt: skip
from tests.unit.policies.joined import ask, chosen, said, service, serving

UNKNOWN = min(SENTINELS)

WAITS: list[tuple[str, list[Json]]] = [
    ("dangling-service", [service(app=UNKNOWN), serving()]),
    ("dangling-service", [service(), serving("other", labels={"app": UNKNOWN})]),
    ("dangling-ingress", [ingress(UNKNOWN), service()]),
    ("dangling-ingress", [ingress("b"), {**service(), "metadata": {"name": UNKNOWN, "namespace": "shop"}}]),
    ("dangling-ingress", [ingress(), service(ports=UNKNOWN)]),
    ("dangling-networkpolicy", [policy(UNKNOWN), serving()]),
    ("dangling-hpa", [scaler(UNKNOWN), serving()]),
    ("dangling-hpa", [thing(SCALER, {"scaleTargetRef": UNKNOWN}), serving()]),
    ("dangling-servicemonitor", [monitor(chosen(UNKNOWN)), service()]),
    ("dangling-servicemonitor", [monitor(chosen()), labelled(service(), app=UNKNOWN)]),
    ("missing-sa", [serving(serviceAccountName=UNKNOWN)]),
    ("missing-sa", [serving(serviceAccountName="a"), {**ACCOUNT, "metadata": {"name": UNKNOWN, "namespace": "shop"}}]),
    ("env-ref-exists", [with_env("secret", UNKNOWN), held("Secret")]),
    ("env-ref-exists", [with_env("secret"), held("Secret", data=UNKNOWN)]),
    ("env-ref-exists", [with_env("secret", key=UNKNOWN), held("Secret", data={"a": "x"})]),
    ("statefulset-service", [serving("db", "apps/v1/StatefulSet", {"serviceName": UNKNOWN})]),
    (
        "statefulset-service",
        [serving("db", "apps/v1/StatefulSet", {"serviceName": "a"}), service("a", clusterIP=UNKNOWN)],
    ),
    ("vpa", [vertical(target=UNKNOWN), serving()]),
    ("vpa", [vertical(mode=UNKNOWN), scaler(), serving()]),
    ("unique-selector", [service(), service("copy", UNKNOWN)]),
    ("readiness-probe-service", [service(), serving(container={"readinessProbe": UNKNOWN})]),
    ("network-policy", [serving(), policy(UNKNOWN)]),
    ("network-policy", [serving(), thing(POLICY, {"podSelector": {}, "policyTypes": UNKNOWN})]),
    ("network-policy", [NAMESPACE, serving(hostNetwork=UNKNOWN)]),
    ("namespace-quota", [NAMESPACE, RANGE, {**QUOTA, "metadata": {"name": "q", "namespace": UNKNOWN}}]),
    ("pdb-exists", [NAMESPACE, serving(spec={"replicas": UNKNOWN})]),
    ("pdb-exists", [NAMESPACE, serving(), budget(1, UNKNOWN)]),
    ("pdb-vs-hpa", [serving(), budget(UNKNOWN), scaler()]),
    ("pdb-vs-hpa", [serving(), budget(3), scaler(least=UNKNOWN)]),
    ("pdb-vs-replicas", [serving(spec={"replicas": UNKNOWN}), budget(1)]),
    ("pdb-vs-replicas", [serving(), budget(UNKNOWN)]),
]

ELSEWHERE: list[tuple[str, Json]] = [
    ("dangling-service", service()),
    ("dangling-ingress", ingress()),
    ("dangling-networkpolicy", policy(chosen())),
    ("dangling-hpa", scaler()),
    ("dangling-servicemonitor", monitor(chosen())),
    ("missing-sa", serving(serviceAccountName="own")),
    ("env-ref-exists", with_env("secret")),
    ("statefulset-service", serving("db", "apps/v1/StatefulSet", {"serviceName": "db"})),
    ("vpa", vertical()),
    ("network-policy", serving()),
    ("pdb-exists", serving()),
]


def ids(cases: list[Any]) -> list[str]:
    return [f"{case[0]}-{number}" for number, case in enumerate(cases)]


@pytest.mark.parametrize(("rule", "objects"), WAITS, ids=ids(WAITS))
def test_what_is_not_known_yet_is_not_claimed(rule: str, objects: list[Json]) -> None:
    assert {verdict for verdict, _, _ in said(rule, *objects)} == {"unknown"}


@pytest.mark.parametrize(("rule", "body"), ELSEWHERE, ids=[rule for rule, _ in ELSEWHERE])
def test_what_may_be_elsewhere_is_not_claimed_to_be_missing(rule: str, body: Json) -> None:
    # given one object and nothing that says the rest is all there is
    assert said(rule, body) == []
    # then a setting may say so
    assert {verdict for verdict, _, _ in said(rule, body, wholeSet="yes")} == {"violation"}
    # and something that brings objects unseen takes it back, unless the setting says so all the same
    assert ask(rule, [NAMESPACE, body], part=True) == []
    assert said(rule, NAMESPACE, body, wholeSet="no") == []
    # and what is said to be elsewhere is
    assert said(rule, body, wholeSet="yes", elsewhere=["* shop/*"]) == []


def test_an_account_that_is_not_known_yet_may_refuse_the_token() -> None:
    waiting = {**ACCOUNT, "automountServiceAccountToken": UNKNOWN}
    assert said("automount-sa-token-account", serving(serviceAccountName="own"), waiting, tokenSaidBy="account") == [
        ("unknown", "Deployment web", "spec.template.spec.automountServiceAccountToken")
    ]
