"""All rules, by id and by family."""

from __future__ import annotations

from dataclasses import dataclass

from policies.predicates import python_only
from policies.rule import ObjectRule, Parameter, Rule, SingleRule, StackRule
from policies.rules import (
    availability,
    config,
    dockerfile,
    gpu,
    hardening,
    images,
    joins,
    lifecycle,
    metadata,
    network,
    pod_security,
    pulumi,
    rbac,
    release,
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
    Family(
        "joins",
        "Objects together",
        "What one object says of others: that what it names is there, that what it chooses exists, that what should be "
        "covered is. They need all objects of a run: of a stack in the packs, of all files that are given in a scan. "
        "What is not among them is claimed to be missing only where all objects are known that could be it "
        "(`wholeSet`, `elsewhere`; `docs/policies.md` says how). An object without a namespace is taken to be in "
        "`default`.",
        joins.RULES,
    ),
    Family(
        "release",
        "Releases",
        "Blue and green are alike but for image and colour, and requests go to one of them. That both are covered by a "
        "budget and by network policies is asked of them as of all workloads.",
        release.RULES,
    ),
    Family(
        "pulumi",
        "Programs",
        "What only Pulumi knows of a resource: which values are secrets, and how it is to be treated. Asked in "
        "previews, updates and scans of states; manifests alone have none of it.",
        pulumi.RULES,
    ),
    Family(
        "dockerfile",
        "Dockerfiles",
        "What an image is made of, and who runs in it. Asked of Dockerfiles in a scan, and of the Dockerfiles of a "
        "program's image resources (`docker-build:Image`, `docker:Image`), with the build's own arguments and target.",
        dockerfile.RULES,
    ),
    Family("supply_chain", "Supply chain", "What runs is what was verified.", supply_chain.RULES),
)

ALL_RULES: dict[str, Rule] = {rule.about.id: rule for family in FAMILIES for rule in family.rules}

SINGLE_RULES: dict[str, SingleRule] = {
    rule_id: rule for rule_id, rule in ALL_RULES.items() if isinstance(rule, SingleRule)
}
"""Rules over one thing: an object, a program's resource, a Dockerfile."""

POD_RULES: dict[str, SingleRule] = {
    rule_id: rule
    for rule_id, rule in SINGLE_RULES.items()
    if not isinstance(rule, ObjectRule) or rule.subject == "object"
}
"""Rules over one Kubernetes object."""

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
