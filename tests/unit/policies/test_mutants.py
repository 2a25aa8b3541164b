"""Rules with one thing wrong in them: the cases notice each."""

from collections.abc import Iterator
from typing import Any

import pytest

from policies.catalogue import ALL_RULES, STACK_RULES, python_only_rules
from policies.finding import Finding
from policies.plain import SENTINELS, Path
from policies.rule import Rule
from tests.unit.policies.asking import OF_RULE, Asked, known, leaves, read, ready, samples
from tests.unit.policies.cases.equivalent import EQUIVALENT
from tests.unit.policies.mutants import broken_settings, mutants
from tests.unit.policies.objects import Json, replaced

PYTHON = python_only_rules()
UNKNOWN = min(SENTINELS)
Answer = set[tuple[str, str, str | None, Path, str]]


def groups(rule: str) -> list[tuple[Json, list[Any]]]:
    """What the cases of a rule ask about, by their settings: a rule is made ready once for each."""
    made: list[tuple[Json, list[Any]]] = []
    for settings, body in [*((case.settings, case.body) for case in OF_RULE[rule]), *unknown(rule)]:
        asked = read(ALL_RULES[rule], body)
        group = next((each for other, each in made if other == settings), None)
        if group is None:
            made.append((settings, [asked]))
        else:
            group.append(asked)
    return made


def unknown(rule: str) -> Iterator[tuple[Json, Json]]:
    """For a rule that is more than data, what it is asked about with each leaf not known yet."""
    for case in known(rule) if rule in STACK_RULES else samples(rule) if rule in PYTHON else ():
        for path in leaves(rule, case.body):
            yield case.settings, replaced(case.body, path, UNKNOWN)


def answer(found: list[Finding]) -> Answer:
    return {(f.verdict, f.manifest.kind, f.manifest.name, f.path, f.problem) for f in found}


def answers(ask: Asked, asked: list[Any]) -> Iterator[Answer | None]:
    """What a rule says of each; None where it fails in itself."""
    for each in asked:
        try:
            yield answer(ask(each))
        except Exception:
            yield None


def broken(rule: Rule) -> Iterator[tuple[str, Rule, Json]]:
    """Each mutant: what is wrong, the rule, and what it takes for the defaults of its parameters."""
    for what, mutant in mutants(rule):
        yield what, mutant, {}
    for what, defaults in broken_settings(rule):
        yield what, rule, defaults


@pytest.mark.parametrize("rule", ALL_RULES)
def test_a_broken_rule_is_noticed(rule: str) -> None:
    right = [
        (settings, asked, list(answers(ready(ALL_RULES[rule], settings), asked))) for settings, asked in groups(rule)
    ]
    survivors = {
        what
        for what, mutant, defaults in broken(ALL_RULES[rule])
        if all(
            said == expected
            for settings, asked, before in right
            for said, expected in zip(answers(ready(mutant, {**defaults, **settings}), asked), before, strict=True)
        )
    }
    assert survivors <= set(EQUIVALENT.get(rule, {})), survivors - set(EQUIVALENT.get(rule, {}))


def test_every_mutant_that_is_called_equivalent_exists() -> None:
    for rule, named in EQUIVALENT.items():
        assert set(named) <= {what for what, _, _ in broken(ALL_RULES[rule])}
