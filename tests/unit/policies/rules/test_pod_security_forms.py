"""Pod Security's rules: which belong to which level, and that no form of a pod hides it from them."""

import copy

import pytest

from policies.catalogue import POD_RULES
from tests.unit.policies.asking import OF_RULE, ask
from tests.unit.policies.cases import pod_security
from tests.unit.policies.cases.case import Case
from tests.unit.policies.forms import moved, turned, wrapped
from tests.unit.policies.objects import Json

BASELINE = {
    "privileged", "host-network", "host-pid", "host-ipc", "host-ports", "host-path", "capabilities-baseline",
    "apparmor", "selinux", "proc-mount", "seccomp-baseline", "sysctls", "windows-host-process", "probe-host",
}  # fmt: skip
REPLACED = {"host-path", "seccomp-baseline"}
"""What restricted has a stricter rule for."""
RESTRICTED = BASELINE - REPLACED | {
    "allow-privilege-escalation", "run-as-non-root", "run-as-user-zero", "seccomp-required", "capabilities-restricted",
    "volume-types", "proc-mount-restricted",
}  # fmt: skip
HARMLESS = {"proc-mount", "run-as-non-root", "run-as-user-zero"}
"""What is not asked of a pod in a user namespace of its own, from 1.35 on."""
RULES = sorted(BASELINE | RESTRICTED)


def cases(rule: str) -> list[Case]:
    return [case for case in OF_RULE[rule] if case.body["kind"] == "Pod"]


def violates(rule: str, body: Json, case: Case, **settings: str) -> bool:
    return bool(ask(rule, body, {**case.settings, **settings}))


@pytest.mark.parametrize(("level", "rules"), [("baseline", BASELINE), ("restricted", RESTRICTED)])
def test_a_level_is_these_rules_and_no_others(level: str, rules: set[str]) -> None:
    assert {rule_id for rule_id, rule in POD_RULES.items() if level in rule.about.profiles} == rules


def test_every_rule_of_both_levels_has_its_objects_here() -> None:
    assert {case.rule for case in pod_security.CASES} == set(RULES)


@pytest.mark.parametrize("rule", RULES)
def test_a_pod_gets_its_verdict_in_every_kind_that_carries_pods_and_in_any_order(rule: str) -> None:
    for case in cases(rule):
        for form in (turned(case.body), *wrapped(case.body)):
            assert violates(rule, form, case) is case.violates, form


@pytest.mark.parametrize("rule", RULES)
def test_a_container_gets_its_verdict_in_every_list(rule: str) -> None:
    for case in cases(rule):
        # An annotation of AppArmor's names its container, not the list that it is in.
        for form in moved(case.body):
            assert violates(rule, form, case) is case.violates, form


@pytest.mark.parametrize("rule", sorted(set(RULES) - {"proc-mount-restricted"}))
@pytest.mark.parametrize("version", ["1.34", "1.37"])
def test_a_user_namespace_excuses_three_rules_from_its_version_on_and_no_others(rule: str, version: str) -> None:
    for case in cases(rule):
        if "hostUsers" in case.body["spec"] or "kubernetesVersion" in case.settings:
            continue
        body = copy.deepcopy(case.body)
        body["spec"]["hostUsers"] = False
        excused = rule in HARMLESS and version == "1.37"
        without = violates(rule, case.body, case, kubernetesVersion=version)
        assert violates(rule, body, case, kubernetesVersion=version) is (without and not excused), body
