"""A policy for each rule, for who wants to see and set each by its name where policies are managed.

The verdicts are those of the fused policies (`policies.pack`). The price is the SDK's: it unpacks every resource anew
for each policy.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from pulumi_policy import (
    EnforcementLevel,
    Policy,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    Severity,
    StackValidationArgs,
    StackValidationPolicy,
)

from policies.asking import Questions
from policies.catalogue import SINGLE_RULES, STACK_RULES
from policies.policy_parts import ALL_SECRET, NO_SECRETS, Remembered, config_schema, findings, judge_stack
from policies.rule import About, Profile, SingleRule, StackRule, Tier
from policies.saying import NotDecidedYetError, message, not_checked_yet, noted, unreadable, waived, wrong_configuration
from policies.schema import Schema
from policies.sealing import seal_secrets
from policies.settings import DEFAULT_PROFILES, Settings, SettingsError, load, split_schema


def split_policies(
    profiles: tuple[Profile, ...] = DEFAULT_PROFILES,
    tier: Tier = "prod",
    single_rules: Mapping[str, SingleRule] = SINGLE_RULES,
    stack_rules: Mapping[str, StackRule] = STACK_RULES,
) -> list[Policy]:
    """The policies of a pack, one for each rule, by the rule's id.

    Args:
        profiles: The profiles whose rules are asked; the others are disabled until a configuration says otherwise.
        tier: How much the environment matters: which rules are advice, or off.
        single_rules: The rules over one thing.
        stack_rules: The rules over the whole stack.

    Returns:
        The policies, in the order of the catalogue.
    """
    secrets = NO_SECRETS if seal_secrets() else ALL_SECRET
    start = Settings({}, {}, profiles=frozenset(profiles), tier=tier)

    def level(about: About) -> EnforcementLevel:
        return EnforcementLevel(start.level(about) or "mandatory")

    return [
        *(RulePolicy(rule, level(rule.about), secrets) for rule in single_rules.values()),
        *(StackRulePolicy(rule, level(rule.about), secrets) for rule in stack_rules.values()),
    ]


def _described(about: About, properties: dict[str, Schema]) -> dict[str, Any]:
    """What the SDK wants to know of a policy, as its rule says it."""
    return {
        "name": about.id,
        "description": about.rationale,
        "config_schema": config_schema(properties),
        "display_name": about.title,
        "severity": Severity(about.severity),
        "tags": [f"{each.framework}: {each.control}" for each in about.references],
        "remediation_steps": f"{about.mend}.",
    }


class RulePolicy(ResourceValidationPolicy):
    """One rule over one thing."""

    def __init__(self, rule: SingleRule, level: EnforcementLevel, secrets: frozenset[tuple[str | int, ...]]) -> None:
        about = rule.about
        super().__init__(**_described(about, split_schema({about.id: rule})), enforcement_level=level)
        self._secrets = secrets
        self._configured = Remembered(partial(_prepare, rule))

    def validate(self, args: ResourceValidationArgs, report_violation: ReportViolation) -> None:
        """Judges one resource; see `ResourceValidationPolicy.validate`.

        Raises:
            NotDecidedYetError: The rule waits for a value that only the update knows, or what it finds is waived.
        """
        try:
            settings, questions = self._configured.of(args.get_config())
        except SettingsError as error:
            report_violation(wrong_configuration(self.name, error), None)
            return
        if not questions.concern(args.resource_type):
            args.not_applicable(f"the rule is not about a {args.resource_type}")
        try:
            found = findings(questions, args, self._secrets)
        except Exception as error:
            report_violation(unreadable(args.urn, error), None)
            return
        said: list[str] = []
        for finding in found:
            answer = settings.waivers.answer(finding, args.urn)
            if finding.verdict == "unknown":
                continue
            if answer.waiver is not None:
                said.append(waived(answer.waiver, message(finding, args.name, args.urn)))
            else:
                report_violation(noted(message(finding, args.name, args.urn), answer.note), None)
        waiting = [finding for finding in found if finding.verdict == "unknown"]
        if waiting and settings.report_unknown:
            said.append(f"{not_checked_yet(waiting, args.name)} [{args.urn}]")
        if said:
            raise NotDecidedYetError("; ".join(said))


def _prepare(rule: SingleRule, configuration: Mapping[str, object]) -> tuple[Settings, Questions]:
    settings = load(configuration, {rule.about.id: rule}, ())
    return settings, Questions([rule], settings.parameters)


class StackRulePolicy(StackValidationPolicy):
    """One rule over the whole stack."""

    def __init__(self, rule: StackRule, level: EnforcementLevel, secrets: frozenset[tuple[str | int, ...]]) -> None:
        about = rule.about
        super().__init__(**_described(about, split_schema({about.id: rule})), enforcement_level=level)
        self._rule = rule
        self._secrets = secrets
        self._configured = Remembered(lambda configuration: load(configuration, {about.id: rule}, ()))

    def validate(self, args: StackValidationArgs, report_violation: ReportViolation) -> None:
        """Judges the stack; see `StackValidationPolicy.validate`."""
        try:
            settings = self._configured.of(args.get_config())
        except SettingsError as error:
            report_violation(wrong_configuration(self.name, error), None)
            return
        judge_stack([self._rule], settings, args, report_violation, self._secrets)
