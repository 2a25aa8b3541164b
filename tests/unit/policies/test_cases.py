"""Every rule over its cases: what passes, what does not; and whether the cases would notice a flaw in the rule."""

import json
from collections import defaultdict
from typing import Any, cast

import pytest
from pulumi_policy.proxy import unknown_checking_proxy

from policies.catalogue import POD_RULES, parameters
from policies.evaluate import compile_rules, evaluate
from policies.finding import Finding
from policies.plain import SECRET_SIGNATURE, SENTINELS, SIGNATURE, Path, plain
from policies.rule import SingleRule
from policies.view import manifests
from tests.unit.policies.analyzer import Analyzer
from tests.unit.policies.cases import CASES, Case
from tests.unit.policies.mutants import mutants
from tests.unit.policies.objects import Json, at, nodes, replaced, token

DEFAULTS: Json = {name: parameter.default for name, parameter in parameters(POD_RULES).items()}
CANARY = "canary-5d1f"
OF_RULE: dict[str, list[Case]] = defaultdict(list)
for each in CASES:
    OF_RULE[each.rule].append(each)


def ask(rule: SingleRule, body: Any, settings: Json) -> list[Finding]:
    compiled = compile_rules([rule], {**DEFAULTS, **settings})
    made, secrets = plain(body)
    return [f for manifest in manifests(cast("Json", made), secrets) for f in evaluate(manifest, compiled)]


def answers(rule: SingleRule, cases: list[Case]) -> list[set[tuple[str, Path]]]:
    return [{(f.verdict, f.path) for f in ask(rule, case.body, case.settings)} for case in cases]


def samples(rule: str) -> list[Case]:
    """A violation and a pass with the most in them: what every leaf is replaced in."""
    by_size = sorted(OF_RULE[rule], key=lambda case: len(list(nodes(case.body))), reverse=True)
    return [*[c for c in by_size if c.violates][:2], *[c for c in by_size if not c.violates][:2]]


def test_every_rule_has_a_case_that_passes_and_one_that_does_not() -> None:
    assert set(OF_RULE) == set(POD_RULES)
    for rule, cases in OF_RULE.items():
        assert {case.violates for case in cases} == {True, False}, rule


@pytest.mark.parametrize("rule", POD_RULES)
def test_the_cases_of_a_rule_get_their_verdicts(rule: str) -> None:
    for case in OF_RULE[rule]:
        found = ask(POD_RULES[rule], case.body, case.settings)
        assert bool(found) is case.violates, (case.body, case.settings, [f.message() for f in found])
        assert all(f.verdict == "violation" for f in found)


@pytest.mark.parametrize("rule", POD_RULES)
def test_a_rule_does_not_look_at_an_object_of_another_kind(rule: str) -> None:
    assert ask(POD_RULES[rule], {"apiVersion": "v1", "kind": "Event", "metadata": {"name": "e"}}, {}) == []


@pytest.mark.parametrize("rule", POD_RULES)
def test_a_broken_rule_is_noticed(rule: str) -> None:
    cases = OF_RULE[rule]
    right = answers(POD_RULES[rule], cases)
    survivors = [what for what, broken in mutants(POD_RULES[rule]) if answers(broken, cases) == right]
    assert survivors == []


@pytest.mark.parametrize("rule", POD_RULES)
def test_an_unknown_leaf_makes_no_violation_and_hides_none_silently(rule: str) -> None:
    for case in samples(rule):
        before = ask(POD_RULES[rule], case.body, case.settings)
        violated = {f.path for f in before}
        for path in nodes(case.body):
            if path[0] in ("apiVersion", "kind"):
                continue
            for sentinel in sorted(SENTINELS):
                body = replaced(case.body, path, sentinel)
                for form in (body, unknown_checking_proxy(body)):
                    after = ask(POD_RULES[rule], form, case.settings)
                    assert {f.path for f in after if f.verdict == "violation"} <= violated, path
                    assert len(after) > 0 or not before, path


@pytest.mark.parametrize("rule", POD_RULES)
def test_a_secret_leaf_is_judged_by_its_value_and_never_printed(rule: str) -> None:
    analyzer = Analyzer({"workloads": {"enforcementLevel": "mandatory", "rules": {rule: "mandatory"}}})
    for case in samples(rule):
        before = ask(POD_RULES[rule], case.body, case.settings)
        for path in nodes(case.body):
            if path[0] in ("apiVersion", "kind"):
                continue
            value = {SIGNATURE: SECRET_SIGNATURE, "value": at(case.body, path)}
            after = ask(POD_RULES[rule], replaced(case.body, path, value), case.settings)
            assert {f.path for f in after} == {f.path for f in before}, path
            canary = {SIGNATURE: SECRET_SIGNATURE, "value": CANARY}
            said = analyzer.analyze(token(case.body), replaced(case.body, path, canary))
            assert CANARY not in json.dumps(said), path


@pytest.mark.parametrize("rule", POD_RULES)
def test_the_service_says_what_the_rule_says(rule: str) -> None:
    for case in samples(rule):
        config = {"enforcementLevel": "mandatory", "rules": {rule: "mandatory"}, **case.settings}
        said = Analyzer({"workloads": config}).analyze(token(case.body), case.body)
        assert any(f"{rule} (" in d.message for d in said) is case.violates
        assert not any("could not be checked" in d.message for d in said)
