"""What the fused policies and those of single rules have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Generic, TypeVar, cast

from pulumi_policy import PolicyConfigSchema, ReportViolation, ResourceValidationArgs, StackValidationArgs

from policies.asking import Questions
from policies.evaluate import join
from policies.finding import Finding
from policies.plain import Path, plain
from policies.rule import StackRule
from policies.saying import NotDecidedYetError, message, not_checked_yet, noted, unreadable, waived
from policies.schema import Schema
from policies.settings import Settings
from policies.stack import Stack

NO_SECRETS: frozenset[Path] = frozenset()
ALL_SECRET: frozenset[Path] = frozenset({()})

"""Where the SDK does not show what is secret, everything is taken to be."""

_Made = TypeVar("_Made")


class Remembered(Generic[_Made]):
    """What was made of a configuration, for as long as the configuration stays the same."""

    def __init__(self, make: Callable[[Mapping[str, object]], _Made]) -> None:
        self._make = make
        self._last: tuple[Mapping[str, object], _Made] | None = None

    def of(self, configuration: Mapping[str, object]) -> _Made:
        """What is made of this configuration."""
        last = self._last
        if last is None or last[0] != configuration:
            last = (configuration, self._make(configuration))
            self._last = last
        return last[1]


def findings(questions: Questions, args: ResourceValidationArgs, all_secret: frozenset[Path]) -> list[Finding]:
    """What the rules find in a resource."""
    body, secrets = plain(args.props)
    options = {"protect": args.opts.protect, "ignoreChanges": list(args.opts.ignore_changes)}
    inputs = cast("dict[str, object]", body)
    return list(questions.of_resource(args.resource_type, inputs, secrets | all_secret, options))


def config_schema(properties: dict[str, Schema]) -> PolicyConfigSchema:
    """The schema for the engine, without patterns: it would quote one at a person, where the pack itself explains."""
    return PolicyConfigSchema(properties=cast("dict[str, dict[str, Any]]", _without_patterns(properties)))


def _without_patterns(schema: object) -> object:
    if isinstance(schema, dict):
        items = cast("dict[str, object]", schema).items()
        return {key: _without_patterns(value) for key, value in items if not (key == "pattern" and "type" in schema)}
    return schema


def judge_stack(
    rules: Iterable[StackRule],
    settings: Settings,
    args: StackValidationArgs,
    report_violation: ReportViolation,
    all_secret: frozenset[Path],
) -> None:
    """Asks rules about a whole stack, and reports what they find.

    Raises:
        NotDecidedYetError: Something waits for a value that only the update knows, or is waived. All else is reported
            by then; the SDK makes an advisory message of it, whatever the level of the policy.
    """
    stack = Stack(args.resources, settings.parameters, all_secret)
    for resource, error in stack.unreadable:
        report_violation(unreadable(resource.urn, error), resource.urn)
    waiting: dict[str, list[Finding]] = {}
    said: list[str] = []
    for finding in join(rules, stack.objects):
        resource = stack.resource_of(finding)
        name, urn = (resource.name, resource.urn) if resource is not None else ("", "")
        answer = settings.waivers.answer(finding, urn)
        if finding.verdict == "unknown":
            waiting.setdefault(name, []).append(finding)
        elif answer.waiver is not None:
            said.append(waived(answer.waiver, message(finding, name, urn)))
        else:
            report_violation(noted(message(finding, name, urn), answer.note), urn or None)
    if settings.report_unknown:
        said += [not_checked_yet(found, name) for name, found in waiting.items()]
    if said:
        raise NotDecidedYetError("; ".join(said))
