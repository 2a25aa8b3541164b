"""All rules, by id."""

from __future__ import annotations

from policies.predicates import python_only
from policies.rule import Parameter, PodRule, Rule, StackRule
from policies.rules import images, pod_security, resources, supply_chain

POD_RULES: dict[str, PodRule] = {
    rule.about.id: rule for family in (pod_security, resources, images) for rule in family.RULES
}
"""Rules over the pods of one object."""

STACK_RULES: dict[str, StackRule] = {rule.about.id: rule for rule in supply_chain.RULES}
"""Rules over all resources of a stack."""

ALL_RULES: dict[str, Rule] = {**POD_RULES, **STACK_RULES}


def parameters(rules: dict[str, PodRule] | dict[str, StackRule]) -> dict[str, Parameter]:
    """The settings that these rules read, by name."""
    return {parameter.name: parameter for rule in rules.values() for parameter in rule.parameters}


def python_only_rules() -> dict[str, str]:
    """The rules that are more than data, with the reason: no other language can be given them."""
    reasons: dict[str, str] = {}
    for rule_id, rule in ALL_RULES.items():
        if isinstance(rule, StackRule):
            reasons[rule_id] = rule.reason
        else:
            found = [reason for check in rule.checks for reason in python_only(check.require)]
            if found:
                reasons[rule_id] = found[0]
    return reasons
