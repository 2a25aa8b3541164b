"""What predicates mean: True, False, or None for "not known yet".

Kleene's logic: `False and unknown` is False, `True or unknown` is True.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import lru_cache
from typing import cast

from policies.plain import UNKNOWN, Unknown
from policies.predicates import (
    ABSENT,
    AllOf,
    AnyOf,
    AtLeast,
    AtMost,
    Chosen,
    Contains,
    Empty,
    Equals,
    EveryItem,
    Field,
    Longer,
    Matches,
    Missing,
    Not,
    OneOf,
    OnlyKeys,
    Parameters,
    Positive,
    Predicate,
    PythonOnly,
    Same,
    SameQuantity,
    Setting,
    Since,
    SomeItem,
    Within,
)
from policies.subject import Getter, MalformedError, Subject, getter
from policies.truth import Truth
from policies.values.quantity import parse_quantity

Compiled = Callable[[Subject], Truth]


def compile_predicate(predicate: Predicate, parameters: Parameters) -> Compiled:
    """Makes a function of a predicate.

    Args:
        predicate: The predicate.
        parameters: The settings that it may refer to; `kubernetesVersion` is one.

    Returns:
        The function. It raises `MalformedError` when a field has a value of a wrong type.
    """
    match predicate:
        case Since(version):
            return _CONSTANT[version_key(str(parameters["kubernetesVersion"])) >= version_key(version)]
        case Chosen(setting, value):
            return _CONSTANT[parameters[setting.name] == value]
        case Not(term):
            return _negation(compile_predicate(term, parameters))
        case AllOf(terms):
            return _junction([compile_predicate(term, parameters) for term in terms], over=False)
        case AnyOf(terms):
            return _junction([compile_predicate(term, parameters) for term in terms], over=True)
        case EveryItem(field, term):
            return _quantifier(field, compile_predicate(term, parameters), over=False)
        case SomeItem(field, term):
            return _quantifier(field, compile_predicate(term, parameters), over=True)
        case PythonOnly(_, field, judge):
            return _python_only(field, judge, parameters)
        case Same(left, right):
            return _same(getter(left), getter(right), lambda one, other: one == other)
        case SameQuantity(left, right):
            return _same(getter(left), getter(right), _equal_quantities)
        case Within(field, other):
            return _within(getter(field), getter(other))
        case _:
            return _on_value(predicate, parameters)


def _on_value(  # noqa: C901 (one case for each predicate)
    predicate: Equals | OneOf | Missing | Empty | Positive | AtLeast | AtMost | Matches | Contains | Longer | OnlyKeys,
    parameters: Parameters,
) -> Compiled:
    """The predicates that ask about one value, which is known by then."""
    get = getter(predicate.field)
    # Each case is one expression: named functions (E731) would hide the table that this is.
    match predicate:
        case Equals(_, expected):
            test: Callable[[object], Truth] = lambda value: value == expected  # noqa: E731
        case OneOf(_, values):
            allowed = frozenset(cast("Iterable[object]", bound(values, parameters)) or ())
            test = lambda value: value in allowed  # noqa: E731
        case Missing():
            test = lambda value: value is ABSENT  # noqa: E731
        case Empty():
            test = _is_empty
        case Positive():
            test = _is_positive
        case AtLeast(_, least):
            number = bound(least, parameters)
            test = lambda value: isinstance(value, int) and value >= cast("int", number)  # noqa: E731
        case AtMost(_, most):
            highest = cast("int | None", bound(most, parameters))
            test = lambda value: isinstance(value, int) and (highest is None or value <= highest)  # noqa: E731
        case Matches(_, pattern):
            search = re.compile(pattern).search
            test = lambda value: isinstance(value, str) and search(value) is not None  # noqa: E731
        case Contains(_, wanted):
            test = lambda value: _contains(value, wanted)  # noqa: E731
        case Longer(_, than):
            count = cast("int", bound(than, parameters))
            test = lambda value: isinstance(value, list) and len(cast("list[object]", value)) > count  # noqa: E731
        case OnlyKeys(_, allowed_keys, _):
            keys = frozenset(allowed_keys)
            test = lambda value: _only(value, keys)  # noqa: E731

    def ask(subject: Subject) -> Truth:
        value = get(subject)
        return None if value is UNKNOWN else test(value)

    return ask


def version_key(version: str) -> tuple[int, ...]:
    """Makes `1.36` comparable."""
    return tuple(int(part) for part in version.split("."))


def bound(value: object, parameters: Parameters) -> object:
    """A value, or that of the parameter that it stands for."""
    return parameters[value.name] if isinstance(value, Setting) else value


@lru_cache(maxsize=4096)
def _quantity(value: str | float) -> Decimal | None:
    try:
        return parse_quantity(value)
    except ValueError:
        return None


def quantity(value: object) -> Decimal | None:
    """The quantity that a value is; None when it is none."""
    return _quantity(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else None


def _is_empty(value: object) -> Truth:
    if isinstance(value, dict):
        # Neither null nor an empty list is kept by the API server; what is not known yet may come out as either.
        kept = [item for item in cast("dict[str, object]", value).values() if item is not None and item != []]
        return not kept or (None if all(item is UNKNOWN for item in kept) else False)
    return value is ABSENT or value == "" or value == []


def _is_positive(value: object) -> Truth:
    amount = quantity(value)
    return amount is not None and amount > 0


def _contains(value: object, wanted: str) -> Truth:
    if value is ABSENT:
        return False
    items = cast("list[object]", value)
    if wanted in items:
        return True
    return None if UNKNOWN in items else False


def _only(value: object, allowed: frozenset[str]) -> Truth:
    if value is ABSENT:
        return True
    mapping = cast("dict[str, object]", value)
    # A key of which the value is not known may still come out as nothing; one that is null is not there.
    others = [mapping[key] for key in mapping if key not in allowed and mapping[key] is not None]
    return (None if all(other is UNKNOWN for other in others) else False) if others else True


def always(subject: Subject) -> Truth:
    """What holds whatever it is asked about."""
    return True


def never(subject: Subject) -> Truth:
    """What never holds."""
    return False


_CONSTANT: dict[bool, Compiled] = {True: always, False: never}


def _same(left: Getter, right: Getter, equal: Callable[[object, object], bool]) -> Compiled:
    def same(subject: Subject) -> Truth:
        one, other = left(subject), right(subject)
        if one is ABSENT or other is ABSENT:
            return False
        return None if one is UNKNOWN or other is UNKNOWN else equal(one, other)

    return same


def _equal_quantities(one: object, other: object) -> bool:
    amount = quantity(one)
    return amount is not None and amount == quantity(other)


def _within(inner: Getter, outer: Getter) -> Compiled:
    def within(subject: Subject) -> Truth:
        part, whole = inner(subject), outer(subject)
        if part is ABSENT:
            return True
        if part is UNKNOWN or whole is UNKNOWN:
            return None
        rest = cast("dict[str, object]", whole) if isinstance(whole, dict) else {}
        result: Truth = True
        for key, value in cast("dict[str, object]", part).items():
            other = rest.get(key)
            if value is UNKNOWN or other is UNKNOWN:
                result = None
            elif value != other:
                return False
        return result

    return within


def _quantifier(field: Field, term: Compiled, *, over: bool) -> Compiled:
    """`SomeItem` where `over` is True (one True decides), `EveryItem` where it is False (one False decides)."""
    get = getter(field)

    def quantified(subject: Subject) -> Truth:
        value = get(subject)
        if value is UNKNOWN:
            return None
        result: Truth = not over
        if value is ABSENT:
            return result
        outside = subject.item
        try:
            for each in cast("list[object]", value):
                subject.item = each
                truth = term(subject)
                if truth is over:
                    return over
                if truth is None:
                    result = None
        except MalformedError as error:
            # A field of an item has no place of its own once the item is gone: the list stands for it.
            if error.field.scope in ("item", "key"):
                raise MalformedError(field) from error
            raise
        finally:
            subject.item = outside
        return result

    return quantified


def _negation(term: Compiled) -> Compiled:
    if term is always or term is never:
        return _CONSTANT[term is never]

    def negation(subject: Subject) -> Truth:
        truth = term(subject)
        return None if truth is None else not truth

    return negation


def _junction(terms: list[Compiled], *, over: bool) -> Compiled:
    """`AnyOf` where `over` is True (one True decides), `AllOf` where it is False (one False decides)."""
    deciding, neutral = _CONSTANT[over], _CONSTANT[not over]
    terms = [term for term in terms if term is not neutral]
    if deciding in terms or not terms:
        return deciding if terms else neutral
    if len(terms) == 1:
        return terms[0]

    def junction(subject: Subject) -> Truth:
        result: Truth = not over
        for term in terms:
            truth = term(subject)
            if truth is over:
                return over
            if truth is None:
                result = None
        return result

    return junction


def _python_only(
    field: Field, judge: Callable[[object, Parameters], str | Unknown | None], parameters: Parameters
) -> Compiled:
    get = getter(field)

    def python(subject: Subject) -> Truth:
        value = get(subject)
        if value is UNKNOWN:
            return None
        flaw = judge(value, parameters)
        if isinstance(flaw, Unknown):
            return None
        subject.flaw = flaw
        return flaw is None

    return python
