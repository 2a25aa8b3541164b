"""Rules that join objects: what is not claimed. `cases.joins` has what passes, what fails, and what waits."""

import pytest

from tests.unit.policies.cases.case import Json
from tests.unit.policies.cases.join_objects import (
    NAMESPACE,
    chosen,
    ingress,
    monitor,
    policy,
    scaler,
    service,
    serving,
    vertical,
    with_env,
)
from tests.unit.policies.joined import ask, said

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
