"""Rules over programs: what is not known, and how far they look. `cases.pulumi` has what passes and what does not."""

from typing import Any

import pytest

from policies.catalogue import SINGLE_RULES
from policies.plain import SENTINELS
from policies.rules.pulumi import RULES
from policies.settings import WORKLOADS_LEVELS, load
from tests.unit.policies.asking import ask
from tests.unit.policies.cases.case import Json, resource
from tests.unit.policies.cases.pulumi import DATABASE, RELEASE, SECRET

UNKNOWN = min(SENTINELS)
WAITS: list[tuple[str, str, Json]] = [
    ("plain-credential", DATABASE, {"password": UNKNOWN}),
    ("plain-secret-data", SECRET, {"stringData": {"a": UNKNOWN}}),
    ("plain-secret-data", SECRET, {"data": UNKNOWN}),
    ("opaque-release", RELEASE, {"chart": UNKNOWN}),
]


@pytest.mark.parametrize(("rule", "type_", "inputs"), WAITS, ids=[f"{each[0]}-{n}" for n, each in enumerate(WAITS)])
def test_what_is_not_known_yet_is_not_claimed(rule: str, type_: str, inputs: Json) -> None:
    assert [f.verdict for f in ask(rule, resource(type_, inputs), {})] == ["unknown"]


def test_a_deeply_nested_input_ends_the_search_not_the_pack() -> None:
    nested: Any = "canary"
    for _ in range(60):
        nested = {"a": nested}
    assert ask("plain-credential", resource(DATABASE, {"x": nested}), {}) == []


def test_the_rules_are_of_production() -> None:
    settings = load({}, SINGLE_RULES, WORKLOADS_LEVELS)
    assert all(settings.asked(rule.about) for rule in RULES)
