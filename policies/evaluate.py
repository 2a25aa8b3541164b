"""Asks the rules about an object's pods. One answer for each container; one field that is unknown hides no other."""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePath

from policies.finding import Finding, Verdict
from policies.plain import Path
from policies.predicates import Compiled, MalformedError, Parameters, Subject, Truth, compile_predicate, path_of
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
                problem = f"could not be checked: the rule itself failed ({origin(error)}); please report it"
                path = (*manifest.path, *pod.path)
                yield Finding(compiled.rule.about, "violation", manifest, None, path, problem)


def _evaluate_pod(manifest: Manifest, pod: Pod, compiled: CompiledRule) -> list[Finding]:
    exempt = _exempt(pod, compiled)
    if exempt:
        return []
    found: list[Finding] = []
    for check, holds in compiled.checks:
        subjects = (None,) if check.scope == "pod" else pod.containers
        for container in subjects:
            if container is None or container.role in compiled.rule.roles:
                answer = _ask(manifest, pod, container, check, holds)
                if answer is not None:
                    verdict, path, problem = answer
                    if exempt is None:
                        verdict = "unknown"
                    found.append(Finding(compiled.rule.about, verdict, manifest, container, path, problem))
    return found


def _exempt(pod: Pod, compiled: CompiledRule) -> Truth:
    """Whether a rule does not apply to a pod; what is missing exempts nothing, in a patch too."""
    if compiled.unless is None:
        return False
    try:
        return compiled.unless(Subject(pod.spec, pod.spec, partial=False))
    except MalformedError:
        return False


def _ask(
    manifest: Manifest, pod: Pod, container: Container | None, check: Check, holds: Compiled
) -> tuple[Verdict, Path, str] | None:
    """The answer of one check, if it is not "passes": verdict, field, problem."""
    partial = manifest.partial or (container is not None and container.partial)
    subject = Subject(pod.spec, container.body if container is not None else pod.spec, partial)
    at = check.at
    try:
        truth = holds(subject)
        problem = f"{check.wanted} ({subject.flaw})" if subject.flaw else check.wanted
    except MalformedError as error:
        truth, at, problem = False, error.field, f"must be of type {error.field.kind}"
    # What a patch does not state stays as it is in the cluster; nothing here will ever know it.
    if truth is True or (truth is None and partial):
        return None
    path = (*manifest.path, *path_of(at, pod.path, container.path if container is not None else pod.path))
    return "violation" if truth is False else "unknown", path, problem


def origin(error: Exception) -> str:
    """The error's type and where it was raised: never its text, which may hold a value."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {PurePath(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{place}"
