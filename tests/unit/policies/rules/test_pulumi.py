"""Rules over programs. `cases.pulumi` has what passes, what does not, and what waits."""

from policies.catalogue import SINGLE_RULES
from policies.rules.pulumi import RULES
from policies.settings import WORKLOADS_LEVELS, load


def test_the_rules_are_of_production() -> None:
    settings = load({}, SINGLE_RULES, WORKLOADS_LEVELS)
    assert all(settings.asked(rule.about) for rule in RULES)
