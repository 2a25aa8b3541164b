"""Every rule over its cases: what passes, what does not, and what it does not apply to."""

import pytest

from policies.catalogue import ALL_RULES
from policies.rule import StackRule
from tests.unit.policies.asking import OF_RULE, ask, leaves, of_programs, samples
from tests.unit.policies.cases.case import resource, stack, thing
from tests.unit.policies.mutants import mutants

EVENT = thing("v1/Event")


def test_every_rule_has_a_case_that_passes_and_one_that_does_not() -> None:
    assert set(OF_RULE) == set(ALL_RULES)
    for rule, cases in OF_RULE.items():
        assert {case.violates for case in cases} >= {True, False}, rule


@pytest.mark.parametrize("rule", ALL_RULES)
def test_every_rule_has_leaves_to_replace_and_parts_to_break(rule: str) -> None:
    # What `test_leaves` and `test_mutants` ask of every rule is nothing where there is nothing to ask.
    assert {case.violates for case in samples(rule)} == {True, False}
    assert all(leaves(rule, case.body) or reads_no_input(rule) for case in samples(rule))
    assert any(mutants(ALL_RULES[rule]))


def reads_no_input(rule: str) -> bool:
    """Whether a rule reads a resource's options alone, which are never unknown or secret."""
    return rule in ("ignored-security", "protected-state")


@pytest.mark.parametrize("rule", ALL_RULES)
def test_the_cases_of_a_rule_get_their_verdicts(rule: str) -> None:
    for case in OF_RULE[rule]:
        found = ask(rule, case.body, case.settings)
        expected = set[str]() if case.violates is False else {"violation" if case.violates else "unknown"}
        assert {f.verdict for f in found} == expected, (case.body, case.settings, [f.message() for f in found])
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
