"""Asks the rules about an object's pods. One answer for each container; one field that is unknown hides no other."""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePath

from policies.finding import Finding, Verdict
from policies.predicates import Compiled, MalformedError, Parameters, Subject, compile_predicate, path_of
from policies.rule import Check, PodRule
from policies.view import Container, Manifest, Pod


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A rule made ready to be asked.

    Attributes:
        rule: The rule.
        checks: Each check with its function.
        unless: When this is True of a pod, the rule does not apply; None: it always applies.
    """

    rule: PodRule
    checks: tuple[tuple[Check, Compiled], ...]
    unless: Compiled | None


def compile_rules(rules: Iterable[PodRule], parameters: Parameters) -> tuple[CompiledRule, ...]:
    """Makes rules ready to be asked, with their parameters bound.

    Args:
        rules: The rules.
        parameters: A value for every parameter that they read.

    Returns:
        The same rules, in the same order.
    """
    return tuple(
        CompiledRule(
            rule,
            tuple((check, compile_predicate(check.require, parameters)) for check in rule.checks),
            compile_predicate(rule.unless, parameters) if rule.unless is not None else None,
        )
        for rule in rules
    )


def evaluate(manifest: Manifest, rules: tuple[CompiledRule, ...]) -> Iterator[Finding]:
    """Asks every rule about every pod and container of an object.

    A rule that fails in itself is a violation ("could not be checked"): what nobody has checked must not pass.

    Args:
        manifest: The object.
        rules: The rules.

    Yields:
        What is violated or not known yet, in the order of the rules.
    """
    for compiled in rules:
        for pod in manifest.pods:
            try:
                yield from _evaluate_pod(manifest, pod, compiled)
            except Exception as error:
                problem = f"could not be checked: the rule itself failed ({_origin(error)}); please report it"
                path = (*manifest.path, *pod.path)
                yield Finding(compiled.rule.about, "violation", manifest, None, path, problem)


def _evaluate_pod(manifest: Manifest, pod: Pod, compiled: CompiledRule) -> list[Finding]:
    exempt = None
    if compiled.unless is not None:
        try:
            # An exemption has to be stated, in a patch too: what is missing exempts nothing.
            exempt = compiled.unless(Subject(pod.spec, pod.spec, partial=False))
        except MalformedError:
            exempt = False
        if exempt:
            return []
    may_be_exempt = compiled.unless is not None and exempt is None
    found: list[Finding] = []
    for check, holds in compiled.checks:
        if check.scope == "pod":
            finding = _ask(manifest, pod, None, compiled.rule, check, holds, may_be_exempt=may_be_exempt)
            if finding is not None:
                found.append(finding)
            continue
        for container in pod.containers:
            if container.role in compiled.rule.roles:
                finding = _ask(manifest, pod, container, compiled.rule, check, holds, may_be_exempt=may_be_exempt)
                if finding is not None:
                    found.append(finding)
    return found


def _ask(
    manifest: Manifest,
    pod: Pod,
    container: Container | None,
    rule: PodRule,
    check: Check,
    holds: Compiled,
    *,
    may_be_exempt: bool,
) -> Finding | None:
    partial = manifest.partial or (container is not None and container.partial)
    subject = Subject(pod.spec, container.body if container is not None else pod.spec, partial)
    at = check.at
    try:
        truth = holds(subject)
        problem = f"{check.wanted} ({subject.flaw})" if subject.flaw else check.wanted
    except MalformedError as error:
        truth, at, problem = False, error.field, f"must be of type {error.field.kind}"
    if truth is True:
        return None
    verdict: Verdict = "violation"
    if truth is None or may_be_exempt:
        if partial and truth is None:
            # What a patch does not state stays as it is in the cluster; nothing here will ever know it.
            return None
        verdict = "unknown"
    path = (*manifest.path, *path_of(at, pod.path, container.path if container is not None else pod.path))
    return Finding(rule.about, verdict, manifest, container, path, problem)


def _origin(error: Exception) -> str:
    """The error's type and where it was raised: never its text, which may hold a value."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {PurePath(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{place}"
