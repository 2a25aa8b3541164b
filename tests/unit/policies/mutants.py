"""Rules with one thing wrong in them, to see whether the cases notice."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import cast

from policies.predicates import (
    AllOf,
    AnyOf,
    AtLeast,
    AtMost,
    Contains,
    Empty,
    Equals,
    EveryItem,
    Longer,
    Matches,
    Missing,
    Not,
    OneOf,
    OnlyKeys,
    Positive,
    Predicate,
    PythonOnly,
    Same,
    SameQuantity,
    Since,
    SomeItem,
    Within,
)
from policies.rule import PodRule, Rule, SingleRule, StackRule
from tests.unit.policies.broken_code import broken_functions


def mutants(rule: Rule) -> Iterator[tuple[str, Rule]]:
    """Each way to break a rule by a little: what was done, and the broken rule."""
    if isinstance(rule, StackRule):
        for what, join in broken_functions(rule.join):
            yield what, replace(rule, join=join)
    else:
        yield from _mutants(rule)


def _mutants(rule: SingleRule) -> Iterator[tuple[str, SingleRule]]:
    for index, check in enumerate(rule.checks):
        without = (*rule.checks[:index], *rule.checks[index + 1 :])
        if without:
            yield f"check {index} dropped", replace(rule, checks=without)
        for what, broken in _broken(check.require):
            checks = (*rule.checks[:index], replace(check, require=broken), *rule.checks[index + 1 :])
            yield f"check {index}: {what}", replace(rule, checks=checks)
    if rule.unless is not None:
        yield "exemption dropped", replace(rule, unless=None)
        for what, broken in _broken(rule.unless):
            yield f"exemption: {what}", replace(rule, unless=broken)
    if isinstance(rule, PodRule):
        for role in rule.roles if any(check.scope == "container" for check in rule.checks) else ():
            if role != "sidecar":
                yield f"role {role} dropped", replace(rule, roles=tuple(r for r in rule.roles if r != role))
        if rule.except_kinds:
            yield "excepted kinds dropped", replace(rule, except_kinds=())
    for kind in rule.kinds if len(rule.kinds) > 1 else ():
        yield f"kind {kind} dropped", replace(rule, kinds=tuple(k for k in rule.kinds if k != kind))


def _broken(predicate: Predicate) -> Iterator[tuple[str, Predicate]]:  # noqa: C901 (one case for each combinator)
    match predicate:
        case AllOf(terms) | AnyOf(terms):
            for index, term in enumerate(terms):
                rest = (*terms[:index], *terms[index + 1 :])
                if rest and term != Since(f"1.{_FIRST_MINOR}"):
                    yield f"term {index} dropped", replace(predicate, terms=rest)
                for what, broken in _broken(term):
                    yield f"term {index}: {what}", replace(predicate, terms=(*rest[:index], broken, *rest[index:]))
        case Not(term):
            yield "negation dropped", term
            for what, broken in _broken(term):
                yield f"not: {what}", Not(broken)
        case EveryItem(field, term) | SomeItem(field, term):
            yield "quantifier turned", (SomeItem if isinstance(predicate, EveryItem) else EveryItem)(field, term)
            for what, broken in _broken(term):
                yield f"item: {what}", type(predicate)(field, broken)
        case OneOf(field, values):
            yield "any value accepted", Not(Missing(field))
            named = values if isinstance(values, tuple) else ()
            for value in named:
                yield f"value {value} dropped", OneOf(field, tuple(v for v in named if v != value))
        case OnlyKeys(_, allowed, known):
            yield "any key accepted", AllOf(())
            for key in allowed:
                yield f"key {key} dropped", replace(predicate, allowed=tuple(k for k in allowed if k != key))
            for key in known:
                if key not in allowed:
                    yield f"key {key} added", replace(predicate, allowed=(*allowed, key))
        case Since(version):
            minor = int(version.partition(".")[2])
            if minor > _FIRST_MINOR:
                yield "a version earlier", Since(f"1.{minor - 1}")
                yield "a version later", Since(f"1.{minor + 1}")
        case Equals(field, value) if isinstance(value, bool):
            yield "value turned", Equals(field, not value)
        case AtMost():
            yield "any number accepted", Not(Missing(predicate.field))
        case AtLeast(_, bound) if isinstance(bound, int):
            yield "bound lowered", replace(predicate, bound=bound - 1)
            yield "bound raised", replace(predicate, bound=bound + 1)
        case Longer(_, than) if isinstance(than, int):
            yield "bound lowered", replace(predicate, than=than - 1)
            yield "bound raised", replace(predicate, than=than + 1)
        case PythonOnly(_, _, judge):
            for what, worse in broken_functions(judge):
                yield what, replace(predicate, judge=worse)
        case Matches(_, pattern):
            for what, broken in _broken_patterns(pattern):
                yield what, replace(predicate, pattern=broken)
        case _:
            pass
    if isinstance(predicate, Equals | Missing | Empty | Positive | Matches | Contains | Within | SameQuantity | Same):
        yield "always true", cast("Predicate", AllOf(()))
        yield "never true", cast("Predicate", AnyOf(()))


def _broken_patterns(pattern: str) -> Iterator[tuple[str, str]]:
    """A pattern without one of its anchors, or without one of the alternatives of an innermost group."""
    if pattern.startswith("^"):
        yield "begin not anchored", pattern[1:]
    if pattern.endswith("$"):
        yield "end not anchored", pattern[:-1]
    for group in _alternatives(pattern):
        for index, (start, end) in enumerate(group if len(group) > 1 else ()):
            # With the bar before it, or after it where it is the first.
            rest = pattern[: start - 1] + pattern[end:] if index else pattern[:start] + pattern[end + 1 :]
            yield f"alternative {pattern[start:end]!r} dropped", rest


def _alternatives(pattern: str) -> Iterator[list[tuple[int, int]]]:
    """The alternatives of each group, and of the pattern itself, as spans in it."""
    outer: list[list[int]] = [[0]]
    in_class = escaped = False
    for place, sign in enumerate(pattern):
        if escaped or sign == "\\":
            escaped = not escaped
        elif in_class or sign == "[":
            in_class = sign != "]"
        elif sign == "(":
            flags = re.compile(r"\((?:\?:)?").match(pattern, place)
            assert flags is not None
            outer.append([flags.end()])
        elif sign == "|":
            outer[-1] += [place, place + 1]
        elif sign == ")":
            ends = [*outer.pop(), place]
            yield list(zip(ends[::2], ends[1::2], strict=True))
    ends = [*outer.pop(), len(pattern)]
    yield list(zip(ends[::2], ends[1::2], strict=True))


def broken_settings(rule: Rule) -> Iterator[tuple[str, dict[str, object]]]:
    """Each way to change the default of one of a rule's parameters by a little."""
    for parameter in rule.parameters:
        name, default = parameter.name, parameter.default
        if isinstance(default, bool):
            yield f"{name} turned", {name: not default}
        elif isinstance(default, int):
            yield f"{name} lowered", {name: default - 1}
            yield f"{name} raised", {name: default + 1}
        elif isinstance(default, list):
            items = cast("list[object]", default)
            for item in items:
                yield f"{name} without {item}", {name: [each for each in items if each != item]}


# Since then all versions that can be chosen are alike.
_FIRST_MINOR = 25
