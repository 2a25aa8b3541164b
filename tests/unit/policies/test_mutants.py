"""Rules with one thing wrong in them: the cases notice each."""

from collections.abc import Iterator
from typing import cast

import pytest

from policies.catalogue import POD_RULES
from policies.evaluate import CompiledRules, evaluate
from policies.plain import Path, plain
from policies.rule import SingleRule
from policies.view import Manifest, manifests
from tests.unit.policies.asking import OF_RULE, compiled
from tests.unit.policies.cases.equivalent import EQUIVALENT
from tests.unit.policies.mutants import broken_settings, mutants
from tests.unit.policies.objects import Json

Answer = set[tuple[str, Path]]


def groups(rule: str) -> list[tuple[Json, list[list[Manifest]]]]:
    """The objects of a rule's cases by their settings: a rule is compiled once for each."""
    made: list[tuple[Json, list[list[Manifest]]]] = []
    for case in OF_RULE[rule]:
        body, _ = plain(case.body)
        objects = list(manifests(cast("Json", body)))
        group = next((each for settings, each in made if settings == case.settings), None)
        if group is None:
            made.append((case.settings, [objects]))
        else:
            group.append(objects)
    return made


def answers(rules: CompiledRules, objects: list[list[Manifest]]) -> Iterator[Answer]:
    for each in objects:
        yield {(f.verdict, f.path) for manifest in each for f in evaluate(manifest, rules)}


def broken(rule: SingleRule) -> Iterator[tuple[str, SingleRule, Json]]:
    """Each mutant: what is wrong, the rule, and what it takes for the defaults of its parameters."""
    for what, mutant in mutants(rule):
        yield what, mutant, {}
    for what, defaults in broken_settings(rule):
        yield what, rule, defaults


@pytest.mark.parametrize("rule", POD_RULES)
def test_a_broken_rule_is_noticed(rule: str) -> None:
    right = [
        (settings, objects, list(answers(compiled(POD_RULES[rule], settings), objects)))
        for settings, objects in groups(rule)
    ]
    survivors = {
        what
        for what, mutant, defaults in broken(POD_RULES[rule])
        if all(
            answer == expected
            for settings, objects, answers_before in right
            for answer, expected in zip(
                answers(compiled(mutant, {**defaults, **settings}), objects), answers_before, strict=True
            )
        )
    }
    assert survivors <= set(EQUIVALENT.get(rule, {})), survivors - set(EQUIVALENT.get(rule, {}))


def test_every_mutant_that_is_called_equivalent_exists() -> None:
    for rule, named in EQUIVALENT.items():
        assert set(named) <= {what for what, _, _ in broken(POD_RULES[rule])}
