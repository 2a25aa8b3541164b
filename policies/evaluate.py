"""Asks the rules about an object. One answer for each container; one field that is unknown hides no other."""

from __future__ import annotations

import dataclasses
import traceback
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import cast

from policies.finding import Finding
from policies.meaning import Compiled, always, compile_predicate, never
from policies.plain import UNKNOWN, Path, Unknown
from policies.predicates import ABSENT, Field, Parameters, path_of
from policies.rule import About, Check, PodRule, SingleRule, StackRule
from policies.subject import Getter, MalformedError, Subject, getter
from policies.together import Together
from policies.truth import Truth, Verdict
from policies.view import Container, Manifest, Pod, Role


@dataclass(frozen=True, slots=True)
class CompiledCheck:
    """A check made ready to be asked.

    Attributes:
        check: The check.
        of_containers: Whether it is asked about containers.
        holds: What must hold.
        items: Fetches the list or mapping whose items it is asked about; None: it is asked once.
    """

    check: Check
    of_containers: bool
    holds: Compiled
    items: Getter | None


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A rule made ready to be asked.

    Attributes:
        rule: The rule.
        roles: The containers that it looks at; None for a rule over objects.
        checks: Its checks.
        unless: When this is True of a pod or an object, the rule does not apply; None: it always applies.
    """

    rule: SingleRule
    roles: tuple[Role, ...] | None
    checks: tuple[CompiledCheck, ...]
    unless: Compiled | None


class CompiledRules:
    """Rules made ready to be asked, and which of them look at which kind."""

    def __init__(self, rules: tuple[CompiledRule, ...]) -> None:
        self._rules = rules
        self._by_kind: dict[tuple[str, bool], tuple[CompiledRule, ...]] = {}

    def of(self, group_kind: str, *, with_pods: bool) -> tuple[CompiledRule, ...]:
        """The rules that look at objects of a kind.

        Args:
            group_kind: The kind with its group, as in `Manifest.group_kind`.
            with_pods: Whether it carries pods.

        Returns:
            The rules, in the order of the catalogue.
        """
        key = (group_kind, with_pods)
        found = self._by_kind.get(key)
        if found is None:
            found = tuple(each for each in self._rules if looks_at(each.rule, group_kind, with_pods))
            if len(self._by_kind) < _KINDS_REMEMBERED:
                self._by_kind[key] = found
        return found


# More kinds than any cluster has; a bound on what hostile documents can make this remember.
_KINDS_REMEMBERED = 1000


def looks_at(rule: SingleRule, group_kind: str, with_pods: bool) -> bool:
    """Whether a rule looks at objects of a kind, with pods or without."""
    if isinstance(rule, PodRule):
        return with_pods and group_kind not in rule.except_kinds and (not rule.kinds or group_kind in rule.kinds)
    return any(group_kind == kind or (kind[-1:] == "*" and group_kind.startswith(kind[:-1])) for kind in rule.kinds)


def compile_rules(rules: Iterable[SingleRule], parameters: Parameters) -> CompiledRules:
    """Makes rules ready to be asked, with their parameters bound.

    Args:
        rules: The rules.
        parameters: A value for every parameter that they read.

    Returns:
        The same rules, in the same order.
    """
    return CompiledRules(tuple(_compiled(rule, parameters) for rule in rules))


def _compiled(rule: SingleRule, parameters: Parameters) -> CompiledRule:
    checks = (
        CompiledCheck(
            check,
            check.scope == "container",
            compile_predicate(check.require, parameters),
            getter(check.each) if check.each is not None else None,
        )
        for check in rule.checks
    )
    unless = compile_predicate(rule.unless, parameters) if rule.unless is not None else never
    return CompiledRule(
        rule,
        rule.roles if isinstance(rule, PodRule) else None,
        # What holds for every object of this version is not asked.
        tuple(check for check in checks if check.holds is not always),
        unless if unless is not never else None,
    )


def evaluate(manifest: Manifest, rules: CompiledRules) -> list[Finding]:
    """Asks every rule about every pod and container of an object, and about the object itself.

    A rule that fails in itself is a violation ("could not be checked"): what nobody has checked must not pass.

    Args:
        manifest: The object.
        rules: The rules.

    Returns:
        What is violated or not known yet, in the order of the rules.
    """
    found: list[Finding] = []
    chosen = rules.of(manifest.group_kind, with_pods=bool(manifest.pods))
    if not chosen:
        return found
    pods = [_AskedPod(manifest, pod) for pod in manifest.pods]
    of_object = _Asked(manifest, None, None, Subject(manifest.body, manifest.body, manifest.partial, manifest.body))
    for compiled in chosen:
        if compiled.roles is None:
            _guarded(compiled, of_object, (), found)
        else:
            for pod in pods:
                _guarded(compiled, pod.of_pod, pod.containers, found)
    return found


def join(rules: Iterable[StackRule], objects: Together) -> Iterator[Finding]:
    """Asks rules that join objects about all objects of a run.

    A rule that fails in itself is a violation ("could not be checked"), as in `evaluate`.

    Args:
        rules: The rules.
        objects: The objects.

    Yields:
        What is violated or not known yet, in the order of the rules.
    """
    for rule in rules:
        try:
            for claim in rule.join(objects):
                path = (*claim.manifest.path, *claim.path)
                yield Finding(rule.about, claim.verdict, claim.manifest, claim.container, path, claim.problem)
        except Exception as error:
            problem = f"could not be checked: the rule itself failed ({origin(error)}); please report it"
            yield Finding(rule.about, "violation", Manifest("", "Stack", (), {}, ()), None, (), problem)


class _Asked:
    """Someone to ask: an object, a pod, or a container."""

    __slots__ = ("container", "manifest", "perhaps_sidecar", "pod", "role", "subject")

    def __init__(self, manifest: Manifest, pod: Pod | None, container: Container | None, subject: Subject) -> None:
        self.manifest = manifest
        self.pod = pod
        self.container = container
        self.subject = subject
        self.role = container.role if container is not None else None
        # What restarts an init container may not be known yet, and with it whether it is a sidecar.
        self.perhaps_sidecar = (
            container is not None
            and container.role == "init"
            and (isinstance(container.body, Unknown) or container.body.get("restartPolicy") is UNKNOWN)
        )


class _AskedPod:
    """A pod and its containers to ask."""

    __slots__ = ("containers", "of_pod")

    def __init__(self, manifest: Manifest, pod: Pod) -> None:
        def subject(container: Container | None) -> Subject:
            partial = manifest.partial or (container is not None and container.partial)
            body = container.body if container is not None else pod.spec
            return Subject(pod.spec, body, partial, manifest.body, pod.metadata)

        self.of_pod = _Asked(manifest, pod, None, subject(None))
        self.containers = tuple(_Asked(manifest, pod, each, subject(each)) for each in pod.containers)


def _guarded(compiled: CompiledRule, whole: _Asked, containers: tuple[_Asked, ...], found: list[Finding]) -> None:
    before = len(found)
    try:
        _ask_rule(compiled, whole, containers, found)
    except Exception as error:
        problem = f"could not be checked: the rule itself failed ({origin(error)}); please report it"
        path = (*whole.manifest.path, *(whole.pod.path if whole.pod is not None else ()))
        found[before:] = [Finding(compiled.rule.about, "violation", whole.manifest, None, path, problem)]


def _ask_rule(compiled: CompiledRule, whole: _Asked, containers: tuple[_Asked, ...], found: list[Finding]) -> None:
    exempt = compiled.unless is not None and _exempt(whole.subject, compiled.unless)
    if exempt:
        return
    before = len(found)
    about = compiled.rule.about
    roles = compiled.roles or ()
    for each in compiled.checks:
        ask = _ask_once if each.items is None else _ask_items
        if not each.of_containers:
            ask(about, each, whole, found)
            continue
        for asked in containers:
            if asked.role in roles:
                ask(about, each, asked, found)
            elif asked.perhaps_sidecar and "sidecar" in roles:
                before_it = len(found)
                ask(about, each, asked, found)
                found[before_it:] = map(_undecided, found[before_it:])
    if exempt is None:
        found[before:] = map(_undecided, found[before:])


def _undecided(finding: Finding) -> Finding:
    return dataclasses.replace(finding, verdict="unknown")


def _exempt(subject: Subject, unless: Compiled) -> Truth:
    """Whether a rule does not apply; what is missing exempts nothing, in a patch too."""
    partial, subject.partial = subject.partial, False
    try:
        return unless(subject)
    except MalformedError:
        return False
    finally:
        subject.partial = partial


def _ask_items(about: About, compiled: CompiledCheck, asked: _Asked, found: list[Finding]) -> None:
    """Asks one check of each item of a list or mapping in the subject; adds what does not pass."""
    check = compiled.check
    subject = asked.subject
    try:
        items = cast("Getter", compiled.items)(subject)
    except MalformedError as error:
        found.append(_finding(about, "violation", asked, _place(asked, error), _type_wanted(error)))
        return
    if items is ABSENT:
        return
    each = cast("Field", check.each)
    at = path_of(each, *_places(asked))
    if items is UNKNOWN:
        if not subject.partial:
            found.append(_finding(about, "unknown", asked, at, check.wanted))
        return
    pairs = (
        cast("dict[str, object]", items).items() if isinstance(items, dict) else enumerate(cast("list[object]", items))
    )
    for key, value in pairs:
        if value is not None:
            subject.item, subject.key = value, key
            before = len(found)
            _ask_once(about, compiled, asked, found, (*at, key))
            if value is UNKNOWN and before < len(found):
                # It may still come out as nothing, and then its key is not there either.
                found[before:] = map(_undecided, found[before:])
    subject.item = subject.key = None


def _ask_once(about: About, compiled: CompiledCheck, asked: _Asked, found: list[Finding], item_path: Path = ()) -> None:
    """Asks one check, of the subject or of one item of it; adds what does not pass."""
    subject = asked.subject
    subject.flaw = None
    try:
        truth = compiled.holds(subject)
    except MalformedError as error:
        found.append(_finding(about, "violation", asked, _place(asked, error, item_path), _type_wanted(error)))
        return
    # What a patch does not state stays as it is in the cluster; nothing here will ever know it.
    if truth is True or (truth is None and subject.partial):
        return
    check = compiled.check
    problem = f"{check.wanted} ({subject.flaw})" if subject.flaw else check.wanted
    path = path_of(check.at, *_places(asked), item_path)
    found.append(_finding(about, "violation" if truth is False else "unknown", asked, path, problem))


def _finding(about: About, verdict: Verdict, asked: _Asked, path: Path, problem: str) -> Finding:
    return Finding(about, verdict, asked.manifest, asked.container, (*asked.manifest.path, *path), problem)


def _places(asked: _Asked) -> tuple[Path, Path]:
    pod = asked.pod.path if asked.pod is not None else ()
    return pod, asked.container.path if asked.container is not None else pod


def _place(asked: _Asked, error: MalformedError, item_path: Path = ()) -> Path:
    return path_of(error.field, *_places(asked), item_path)


def _type_wanted(error: MalformedError) -> str:
    return f"must be of type {error.field.kind}"


def origin(error: Exception) -> str:
    """The error's type and where it was raised: never its text, which may hold a value."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {PurePath(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{place}"
