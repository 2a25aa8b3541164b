"""All rules, by id and by family."""

from __future__ import annotations

from dataclasses import dataclass

from policies.predicates import python_only
from policies.rule import Parameter, Rule, SingleRule, StackRule
from policies.rules import (
    availability,
    config,
    gpu,
    hardening,
    images,
    lifecycle,
    metadata,
    network,
    pod_security,
    rbac,
    resources,
    supply_chain,
)


@dataclass(frozen=True, slots=True)
class Family:
    """Rules that belong together.

    Attributes:
        name: Its name, as in the names of its module and its page.
        title: What it is called.
        about: What its rules are for, in a sentence or two.
        rules: Its rules.
    """

    name: str
    title: str
    about: str
    rules: tuple[Rule, ...]


FAMILIES: tuple[Family, ...] = (
    Family(
        "pod_security",
        "Pod Security",
        "What a pod's processes may be: exactly the conditions of Kubernetes' Pod Security Standards, at `baseline` "
        "and `restricted`, as they are in each Kubernetes version from 1.25 to 1.37.",
        pod_security.RULES,
    ),
    Family("hardening", "Hardening", "What a pod can do without, beyond Pod Security.", hardening.RULES),
    Family("resources", "Resources", "What a container may use, and what is kept for it.", resources.RULES),
    Family("images", "Images", "Where images come from, and that they stay what they were.", images.RULES),
    Family("lifecycle", "Probes and lifecycle", "How a pod says that it is well, and how it ends.", lifecycle.RULES),
    Family(
        "availability",
        "Availability",
        "What stays up when a node, a pod or an update goes wrong.",
        availability.RULES,
    ),
    Family("network", "Services and network", "Who reaches what.", network.RULES),
    Family("config", "Secrets and configuration", "What is secret stays so.", config.RULES),
    Family("rbac", "Rights", "Who may do what in the cluster.", rbac.RULES),
    Family(
        "metadata",
        "Metadata and API versions",
        "What tools and people know an object by, and for how long the cluster knows it.",
        metadata.RULES,
    ),
    Family("gpu", "GPUs", "Dear, not divisible by itself, and handed out by the node's own rules.", gpu.RULES),
    Family("supply_chain", "Supply chain", "What runs is what was verified.", supply_chain.RULES),
)

ALL_RULES: dict[str, Rule] = {rule.about.id: rule for family in FAMILIES for rule in family.rules}

POD_RULES: dict[str, SingleRule] = {
    rule_id: rule for rule_id, rule in ALL_RULES.items() if isinstance(rule, SingleRule)
}
"""Rules over one object."""

STACK_RULES: dict[str, StackRule] = {
    rule_id: rule for rule_id, rule in ALL_RULES.items() if isinstance(rule, StackRule)
}
"""Rules over all resources of a stack."""


def parameters(rules: dict[str, SingleRule] | dict[str, StackRule]) -> dict[str, Parameter]:
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
