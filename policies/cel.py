"""Says predicates in CEL, the language of Kubernetes' admission policies.

A field becomes an optional value (`object.?spec.?type`), so that what is missing is no error. The API server has
checked the types by then, and knows every value: neither "not known yet" nor a value of a wrong type can occur there.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

from policies.meaning import bound, version_key
from policies.predicates import (
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
    OfValue,
    OneOf,
    OnlyKeys,
    Parameters,
    Positive,
    Predicate,
    PythonOnly,
    Same,
    SameQuantity,
    Since,
    SomeItem,
    Within,
)

_NULL = frozenset({Field("object", ("rules",), "list")})
"""Lists that the API server writes as null when they are empty: a role without rules. All others it leaves out."""


@dataclass(frozen=True, slots=True)
class Names:
    """What the scopes of fields are called in an expression.

    Attributes:
        container: The container; empty where there is none.
        item: The item, as an expression.
        key: The item's key, as an expression.
        depth: How many items are looked at, one inside the other.
    """

    container: str = ""
    item: str = ""
    key: str = ""
    depth: int = 0


def expression(predicate: Predicate, parameters: Parameters, names: Names) -> str:
    """Says a predicate.

    Args:
        predicate: The predicate.
        parameters: The settings, whose values are written into the expression.
        names: What the scopes are called.

    Returns:
        The expression, in brackets where it needs them.

    Raises:
        ValueError: A part of it is Python.
    """
    match predicate:
        case Not(term):
            return f"!({expression(term, parameters, names)})"
        case AllOf(terms):
            return _joined(" && ", terms, parameters, names, "true")
        case AnyOf(terms):
            return _joined(" || ", terms, parameters, names, "false")
        case Since(version):
            return _literal(version_key(str(parameters["kubernetesVersion"])) >= version_key(version))
        case Chosen(setting, value):
            return _literal(parameters[setting.name] == value)
        case EveryItem(field, term) | SomeItem(field, term):
            name = f"i{names.depth}"
            inner = expression(term, parameters, replace(names, item=name, depth=names.depth + 1))
            function = "all" if isinstance(predicate, EveryItem) else "exists"
            return f"{items_of(field, names)}.{function}({name}, {inner})"
        case PythonOnly(reason):
            raise ValueError(reason)
        case _:
            return _of_value(predicate, parameters, names)


def value_of(field: Field, names: Names) -> str:
    """The field as an optional value.

    Args:
        field: The field.
        names: What the scopes are called.

    Returns:
        The expression.
    """
    base = {
        "object": "object",
        "template": "variables.template",
        "pod": "variables.spec",
        "container": names.container,
        "item": names.item,
        "key": names.key,
    }[field.scope]
    if not field.path:
        return f"optional.of({base})"
    for step in field.path:
        base += f".?{step}" if step.isidentifier() else f"[?{_literal(step)}]"
    return base


def items_of(field: Field, names: Names) -> str:
    """The items of a list; none where there is no list.

    Args:
        field: The list.
        names: What the scopes are called.

    Returns:
        The expression.
    """
    value = f"{value_of(field, names)}.orValue([])"
    return f"(dyn({value}) == null ? [] : {value})" if field in _NULL else value


def _of_value(  # noqa: C901 (one case for each predicate)
    predicate: OfValue,
    parameters: Parameters,
    names: Names,
) -> str:
    if isinstance(predicate, Same | SameQuantity):
        left, right = value_of(predicate.left, names), value_of(predicate.right, names)
        if isinstance(predicate, Same):
            return f"({left}.hasValue() && {right}.hasValue() && {left}.value() == {right}.value())"
        both = f"{_is_quantity(left)} && {_is_quantity(right)}"
        return f"({both} && {_quantity(left)}.compareTo({_quantity(right)}) == 0)"
    field = value_of(predicate.field, names)
    match predicate:
        case Equals(_, value):
            return f"({field}.hasValue() && {field}.value() == {_literal(value)})"
        case OneOf(_, values):
            return f"({field}.hasValue() && {field}.value() in {_literal(bound(values, parameters))})"
        case Missing():
            return f"!{field}.hasValue()"
        case Empty():
            return f"(!{field}.hasValue() || {field}.value().size() == 0)"
        case Positive():
            return f'({_is_quantity(field)} && {_quantity(field)}.isGreaterThan(quantity("0")))'
        case AtLeast(_, least):
            return f"({field}.hasValue() && {field}.value() >= {_literal(bound(least, parameters))})"
        case AtMost(_, most):
            limit = bound(most, parameters)
            within = "" if limit is None else f" && {field}.value() <= {_literal(limit)}"
            return f"({field}.hasValue(){within})"
        case Matches(_, pattern):
            return f"({field}.hasValue() && {field}.value().matches({_literal(pattern)}))"
        case Contains(_, value):
            return f"{_literal(value)} in {field}.orValue([])"
        case Longer(_, than):
            return f"{field}.orValue([]).size() > {_literal(bound(than, parameters))}"
        case OnlyKeys(_, allowed, _):
            return f"{field}.orValue({{}}).all(k{names.depth}, k{names.depth} in {_literal(allowed)})"
        case Within(_, other):
            outer = value_of(other, names)
            key = f"k{names.depth}"
            same = f"{outer}.value()[{key}] == {field}.value()[{key}]"
            return f"{field}.orValue({{}}).all({key}, {key} in {outer}.orValue({{}}) && {same})"


def _joined(operator: str, terms: tuple[Predicate, ...], parameters: Parameters, names: Names, empty: str) -> str:
    said = [expression(term, parameters, names) for term in terms]
    # What a version or a setting decides need not be asked again for every object.
    neutral, deciding = ("true", "false") if operator == " && " else ("false", "true")
    if deciding in said:
        return deciding
    said = [each for each in said if each != neutral]
    return f"({operator.join(said)})" if said else empty


def _is_quantity(field: str) -> str:
    return f"{field}.hasValue() && isQuantity(string({field}.value()))"


def _quantity(field: str) -> str:
    return f"quantity(string({field}.value()))"


def _literal(value: object) -> str:
    """A value as CEL writes it, which for these is as JSON does."""
    return json.dumps(value, ensure_ascii=False)
