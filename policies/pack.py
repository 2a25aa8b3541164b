"""Builds the CrossGuard policies of a pack.

All rules over one object are fused into one policy, since the SDK unpacks every resource anew for each policy. The
SDK gives a policy one enforcement level, and yet a configuration may say `advisory` or `mandatory` of a single rule.
So the fused policy reports what has its own level, and hands what has another level to two small policies that follow
it: each says that it has nothing to validate, which costs nothing, unless something was handed to it.

Rules over the whole stack are fused into one stack policy. There the SDK unpacks all resources for each policy before
asking it anything, so there are no followers: all its rules have the policy's own level, or are disabled.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from functools import partial
from typing import Any

from pulumi_policy import (
    EnforcementLevel,
    Policy,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)

from policies.asking import Questions
from policies.catalogue import SINGLE_RULES, STACK_RULES
from policies.finding import Finding
from policies.mending import Mender
from policies.policy_parts import ALL_SECRET, NO_SECRETS, Remembered, config_schema, findings, judge_stack
from policies.remediation import remediated
from policies.rule import Profile, SingleRule, StackRule
from policies.saying import message, not_checked_yet, noted, unreadable, waived, wrong_configuration
from policies.sealing import seal_secrets
from policies.settings import (
    DEFAULT_PROFILES,
    STACK,
    STACK_LEVELS,
    WORKLOADS,
    WORKLOADS_LEVELS,
    Override,
    Settings,
    SettingsError,
    load,
    schema,
)


def policies(
    pod_rules: dict[str, SingleRule] = SINGLE_RULES,
    stack_rules: dict[str, StackRule] = STACK_RULES,
    profiles: tuple[Profile, ...] = DEFAULT_PROFILES,
) -> list[Policy]:
    """The policies of a pack, for `pulumi_policy.PolicyPack`.

    Args:
        pod_rules: The rules over the pods of one object.
        stack_rules: The rules over the whole stack.
        profiles: The profiles whose rules are asked where the configuration names none.

    Returns:
        The fused policies and their followers, in the order that they need.
    """
    handed = _Handed()
    names_can_be_told = seal_secrets()
    return [
        WorkloadsPolicy(pod_rules, handed, profiles, names_can_be_told=names_can_be_told),
        FollowerPolicy("advisory", handed),
        FollowerPolicy("mandatory", handed),
        StackPolicy(stack_rules, profiles, names_can_be_told=names_can_be_told),
    ]


class _Handed(threading.local):
    """What the fused policy hands to its followers while one resource is analysed, which one thread does."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: dict[Override, list[str]] = {}


class WorkloadsPolicy(ResourceValidationPolicy):
    """All rules over one object, in one policy."""

    def __init__(
        self, rules: dict[str, SingleRule], handed: _Handed, profiles: tuple[Profile, ...], *, names_can_be_told: bool
    ) -> None:
        super().__init__(
            name=WORKLOADS,
            description="Workloads run as non-root, within limits, from pinned images.",
            # Without a configuration everything must hold: a file that was forgotten must not loosen anything.
            enforcement_level=EnforcementLevel.MANDATORY,
            config_schema=config_schema(schema(rules, WORKLOADS_LEVELS)),
            display_name="Workload guardrails",
        )
        self._handed = handed
        self._secrets = NO_SECRETS if names_can_be_told else ALL_SECRET
        self._configured = Remembered(partial(_prepare, rules, profiles))

    def validate(self, args: ResourceValidationArgs, report_violation: ReportViolation) -> None:
        """Judges one resource; see `ResourceValidationPolicy.validate`."""
        self._handed.messages = {}
        try:
            settings, questions, _ = self._configured.of(args.get_config())
        except SettingsError as error:
            self._handed.messages["mandatory"] = [wrong_configuration(WORKLOADS, error)]
            return
        if not questions.concern(args.resource_type):
            return
        try:
            found = findings(questions, args, self._secrets)
        except Exception as error:
            report_violation(unreadable(args.urn, error), None)
            return
        unknown: list[Finding] = []
        for finding in found:
            level = settings.level(finding.about)
            if finding.verdict == "unknown":
                if level != "advisory":
                    unknown.append(finding)
            else:
                self._report(finding, level, settings, args, report_violation)
        if unknown and settings.report_unknown:
            self._hand("advisory", f"{not_checked_yet(unknown, args.name)} [{args.urn}]")

    def remediate(self, args: ResourceValidationArgs) -> Mapping[str, Any] | None:  # type: ignore[override] # the SDK's service takes a mapping as well as an awaitable of one; its annotation names only the latter
        """Mends one resource; the SDK asks for it at the level `remediate` only, and before it asks for a validation.

        What goes wrong here changes nothing: the validation that follows finds, and says, what is not as it should be.

        Args:
            args: The resource.

        Returns:
            Its inputs with what is mended; None when nothing is.
        """
        if not args.resource_type.startswith("kubernetes:"):
            return None
        try:
            settings, questions, mender = self._configured.of(args.get_config())
            if not questions.concern(args.resource_type):
                return None
            return remediated(
                args.resource_type,
                args.props,
                mender,
                lambda found: settings.mended(found.about) and settings.waivers.answer(found, args.urn).waiver is None,
            )
        except Exception:
            return None

    def _report(
        self,
        finding: Finding,
        level: Override | None,
        settings: Settings,
        args: ResourceValidationArgs,
        report_violation: ReportViolation,
    ) -> None:
        said = message(finding, args.name, args.urn)
        answer = settings.waivers.answer(finding, args.urn)
        if answer.waiver is not None:
            self._hand("advisory", waived(answer.waiver, said))
        elif level is None:
            report_violation(noted(said, answer.note), None)
        else:
            self._hand(level, noted(said, answer.note))

    def _hand(self, level: Override, said: str) -> None:
        self._handed.messages.setdefault(level, []).append(said)


class FollowerPolicy(ResourceValidationPolicy):
    """Reports, at its own level, what the fused policy hands to it."""

    def __init__(self, level: Override, handed: _Handed) -> None:
        super().__init__(
            name=f"{WORKLOADS}-{level}",
            description=_FOLLOWERS[level],
            enforcement_level=EnforcementLevel(level),
            display_name=f"Workload guardrails, {level}",
        )
        self._level: Override = level
        self._handed = handed

    def has_validation(self) -> bool:
        """Whether anything was handed over. The SDK unpacks the resource for this policy only then."""
        return self._level in self._handed.messages

    def validate(self, args: ResourceValidationArgs, report_violation: ReportViolation) -> None:
        """Reports; see `ResourceValidationPolicy.validate`."""
        for said in self._handed.messages.pop(self._level, []):
            report_violation(said, None)


class StackPolicy(StackValidationPolicy):
    """All rules over the whole stack, in one policy."""

    def __init__(self, rules: dict[str, StackRule], profiles: tuple[Profile, ...], *, names_can_be_told: bool) -> None:
        super().__init__(
            name=STACK,
            description="What a stack runs is what it has verified, and its objects fit together.",
            enforcement_level=EnforcementLevel.MANDATORY,
            config_schema=config_schema(schema(rules, STACK_LEVELS)),
            display_name="Stack guardrails",
        )
        self._secrets = NO_SECRETS if names_can_be_told else ALL_SECRET
        self._rules = rules
        self._configured = Remembered(lambda configuration: load(configuration, rules, STACK_LEVELS, profiles))

    def validate(self, args: StackValidationArgs, report_violation: ReportViolation) -> None:
        """Judges the stack; see `StackValidationPolicy.validate`.

        Raises:
            NotDecidedYetError: Something waits for a value that only the update knows. All else is reported by then;
                the SDK makes an advisory message of it, whatever the level of the policy.
        """
        try:
            settings = self._configured.of(args.get_config())
        except SettingsError as error:
            report_violation(wrong_configuration(STACK, error), None)
            return
        rules = [rule for rule in self._rules.values() if settings.asked(rule.about)]
        if not rules:
            return
        judge_stack(rules, settings, args, report_violation, self._secrets)


_FOLLOWERS: dict[Override, str] = {
    "advisory": "Workloads: what does not stop this run.",
    "mandatory": "Workloads: what must hold whatever the level of the rest.",
}


def _prepare(
    rules: dict[str, SingleRule], profiles: tuple[Profile, ...], configuration: Mapping[str, object]
) -> tuple[Settings, Questions, Mender]:
    settings = load(configuration, rules, WORKLOADS_LEVELS, profiles)
    chosen = [rule for rule in rules.values() if settings.asked(rule.about)]
    return settings, Questions(chosen, settings.parameters), Mender(chosen, settings.parameters)
