"""A policy for each rule says what the fused policies say."""

from collections.abc import Mapping
from typing import Any

import pytest
from pulumi_policy import EnforcementLevel

from policies.catalogue import ALL_RULES, POD_RULES, SINGLE_RULES, STACK_RULES
from policies.pack import policies
from policies.plain import SENTINELS
from policies.settings import check
from policies.split import split_policies
from tests.unit.policies.analyzer import Analyzer, Diagnostic
from tests.unit.policies.cases import CASES
from tests.unit.policies.cases.join_objects import NAMESPACE, service, serving
from tests.unit.policies.objects import Json, bad_pod_spec, deployment, good_pod_spec, token

UNKNOWN = min(SENTINELS)
SERVICE, DEPLOYMENT = "kubernetes:core/v1:Service", "kubernetes:apps/v1:Deployment"


def only(rule: str) -> Any:
    return split_policies(single_rules={rule: SINGLE_RULES[rule]}, stack_rules={})


def lines(found: list[Diagnostic]) -> list[str]:
    return [d.message.partition("\n")[2] for d in found]


@pytest.mark.parametrize("rule", POD_RULES)
def test_a_rule_by_itself_says_what_the_fused_policy_says(rule: str) -> None:
    cases = [case for case in CASES if case.rule == rule]
    for case in [*[c for c in cases if c.violates][:1], *[c for c in cases if not c.violates][:1]]:
        alone = Analyzer({rule: {"enforcementLevel": "mandatory", **case.settings}}, only(rule))
        config = {"enforcementLevel": "mandatory", "rules": {rule: "mandatory"}, **case.settings}
        fused = Analyzer({"workloads": config}, policies({rule: SINGLE_RULES[rule]}, {}))
        said = alone.analyze(token(case.body), case.body)
        assert lines(said) == lines(fused.analyze(token(case.body), case.body))
        assert bool(said) is case.violates
        assert all((d.policy, d.level) == (rule, "mandatory") for d in said)


@pytest.mark.parametrize("rule", STACK_RULES)
def test_a_rule_of_the_stack_says_the_same_by_itself(rule: str) -> None:
    stack: list[tuple[str, str, Mapping[str, Any]]] = [
        ("kubernetes:core/v1:Namespace", "ns", NAMESPACE),
        (SERVICE, "web", service(app="wbe")),
        (DEPLOYMENT, "web", serving()),
    ]
    rules = {rule: STACK_RULES[rule]}
    level = {"enforcementLevel": "mandatory"}
    alone = Analyzer({rule: level}, split_policies(single_rules={}, stack_rules=rules)).analyze_stack(stack)
    fused = {**level, "profiles": ["production", "release"]}
    assert lines(alone) == lines(Analyzer({"stack": fused}, policies({}, rules)).analyze_stack(stack))
    assert {d.policy for d in alone} <= {rule}
    assert bool(alone) is (
        rule in ("dangling-service", "network-policy", "pdb-exists", "namespace-quota", "verified-image")
    )


def test_every_rule_is_a_policy_at_the_level_of_its_tier() -> None:
    made = {policy.name: policy for policy in split_policies()}
    assert set(made) == set(ALL_RULES)
    assert made["privileged"].enforcement_level == EnforcementLevel.MANDATORY
    assert made["ephemeral-storage"].enforcement_level == EnforcementLevel.ADVISORY
    assert made["node-affinity"].enforcement_level == EnforcementLevel.DISABLED
    assert made["gpu"].enforcement_level == EnforcementLevel.DISABLED
    gpu = {policy.name: policy for policy in split_policies(profiles=("gpu",))}
    assert (gpu["gpu"].enforcement_level, gpu["privileged"].enforcement_level) == (
        EnforcementLevel.MANDATORY,
        EnforcementLevel.DISABLED,
    )


def test_a_good_object_is_not_mentioned_and_a_bad_one_by_every_rule() -> None:
    rules = ("cpu-limit", "image-digest", "run-as-non-root")
    analyzer = Analyzer({}, split_policies(single_rules={rule: SINGLE_RULES[rule] for rule in rules}, stack_rules={}))
    good, bad = deployment(good_pod_spec()), deployment(bad_pod_spec())
    assert analyzer.analyze(token(good), good) == []
    assert {d.policy for d in analyzer.analyze(token(bad), bad)} == set(rules)
    assert analyzer.analyze("random:index/randomPet:RandomPet", {}) == []


def test_what_is_not_known_yet_hides_no_violation() -> None:
    body = deployment(bad_pod_spec())
    body["spec"]["template"]["spec"]["containers"][0]["image"] = UNKNOWN
    found = Analyzer({"image-digest": {"enforcementLevel": "mandatory"}}, only("image-digest")).analyze(
        token(body), body
    )
    assert [d.level for d in found] == ["mandatory"] * 3 + ["advisory"]
    assert "not checked yet" in found[-1].message


def test_a_waiver_excuses_and_is_told() -> None:
    body = deployment(bad_pod_spec())
    waiver: Json = {"rule": "cpu-limit", "reason": "r", "owner": "o", "expires": "9999-12-31"}
    config = {"cpu-limit": {"enforcementLevel": "mandatory", "waivers": [waiver]}}
    (found,) = Analyzer(config, only("cpu-limit")).analyze(token(body), body)
    assert found.level == "advisory"
    assert "waived by o until 9999-12-31: r: cpu-limit (medium)" in found.message


def test_a_wrong_configuration_is_a_violation() -> None:
    config = {"image-registry": {"enforcementLevel": "mandatory", "allowedRegistries": ["nginx"]}}
    body = deployment(good_pod_spec())
    (found,) = Analyzer(config, only("image-registry")).analyze(token(body), body)
    assert "the configuration of policy image-registry is wrong, so nothing was checked" in found.message


def test_a_configuration_file_for_it_is_checked() -> None:
    assert check({"cpu-limit": "advisory", "image-tag": {"disallowedTags": ["main"]}, "vpa": {"wholeSet": "yes"}}) == []
    assert check({"cpu-limit": {"disallowedTags": []}, "image-tag": "off"}) == [
        "cpu-limit.disallowedTags is not known; known are enforcementLevel, neverWaived, reportUnknown, waiverSources, "
        "waivers",
        "image-tag is 'off'; it must be one of disabled, advisory, mandatory",
    ]
