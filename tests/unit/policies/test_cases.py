"""Every rule over its cases: what passes, what does not, and what it does not apply to."""

import pytest

from policies.catalogue import ALL_RULES
from policies.rule import StackRule
from tests.unit.policies.asking import OF_RULE, ask, of_programs
from tests.unit.policies.cases.case import resource, stack, thing

EVENT = thing("v1/Event")


def test_every_rule_has_a_case_that_passes_and_one_that_does_not() -> None:
    assert set(OF_RULE) == set(ALL_RULES)
    for rule, cases in OF_RULE.items():
        assert {case.violates for case in cases} == {True, False}, rule


@pytest.mark.parametrize("rule", ALL_RULES)
def test_the_cases_of_a_rule_get_their_verdicts(rule: str) -> None:
    for case in OF_RULE[rule]:
        found = ask(rule, case.body, case.settings)
        assert bool(found) is case.violates, (case.body, case.settings, [f.message() for f in found])
        assert all(f.verdict == "violation" for f in found)
        assert all(case.told in f"{f.about.id} {f.message()}" for f in found), [f.message() for f in found]
        assert not any("canary" in f.message() for f in found)


@pytest.mark.parametrize("rule", ALL_RULES)
def test_a_rule_does_not_look_at_an_object_of_another_kind(rule: str) -> None:
    asked = ALL_RULES[rule]
    body = EVENT
    if isinstance(asked, StackRule):
        body = stack(EVENT)
    elif of_programs(asked):
        body = resource("kubernetes:core/v1:Event", EVENT)
    assert ask(rule, body, {}) == []
