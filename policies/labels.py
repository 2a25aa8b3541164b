"""Label selectors, with labels that are not known yet: does this selector choose these labels?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from policies.plain import UNKNOWN
from policies.truth import Truth


@dataclass(frozen=True, slots=True)
class Selector:
    """What a selector asks for.

    Attributes:
        equal: Labels that must have these values.
        expressions: Its `matchExpressions`, as written.
        known: Whether all of it is known.
    """

    equal: Mapping[str, object]
    expressions: tuple[object, ...] = ()
    known: bool = True

    @property
    def empty(self) -> bool:
        """Whether it asks for nothing, and so chooses everything."""
        return self.known and not self.equal and not self.expressions

    def key(self) -> tuple[tuple[str, str], ...]:
        """What makes two selectors of equalities the same; only for those that are known."""
        return tuple(sorted((name, str(value)) for name, value in self.equal.items()))


def equality(wanted: object) -> Selector:
    """Reads a plain mapping of labels, as a Service has it."""
    if wanted is UNKNOWN:
        return Selector({}, known=False)
    equal = cast("dict[str, object]", wanted) if isinstance(wanted, dict) else {}
    return Selector(equal, known=UNKNOWN not in equal.values())


def label_selector(selector: object) -> Selector:
    """Reads a LabelSelector: `matchLabels` and `matchExpressions`."""
    if not isinstance(selector, dict):
        return Selector({}, known=selector is not UNKNOWN)
    fields = cast("dict[str, object]", selector)
    equal = equality(fields.get("matchLabels"))
    expressions = fields.get("matchExpressions")
    items = tuple(cast("list[object]", expressions)) if isinstance(expressions, list) else ()
    return Selector(equal.equal, items, equal.known and expressions is not UNKNOWN and UNKNOWN not in items)


def chooses(selector: Selector, labels: object) -> Truth:
    """Whether a selector chooses an object with these labels.

    Args:
        selector: The selector.
        labels: A mapping, nothing, or `UNKNOWN`.

    Returns:
        None where that depends on what is not known yet.
    """
    if labels is UNKNOWN:
        return True if selector.empty else None
    have = cast("dict[str, object]", labels) if isinstance(labels, dict) else {}
    result: Truth = True if selector.known else None
    for name, value in selector.equal.items():
        truth = _same(have.get(name), value)
        if truth is False:
            return False
        result = None if truth is None else result
    for expression in selector.expressions:
        truth = _holds(expression, have)
        if truth is False:
            return False
        result = None if truth is None else result
    return result


def _same(have: object, wanted: object) -> Truth:
    if have is None:
        return False
    return None if have is UNKNOWN or wanted is UNKNOWN else have == wanted


def _holds(expression: object, labels: Mapping[str, object]) -> Truth:
    if not isinstance(expression, dict):
        return None
    fields = cast("dict[str, object]", expression)
    name, operator, values = fields.get("key"), fields.get("operator"), fields.get("values")
    if not isinstance(name, str) or not isinstance(operator, str):
        return None
    have = labels.get(name)
    if operator in ("Exists", "DoesNotExist"):
        return (have is not None) is (operator == "Exists")
    if operator not in ("In", "NotIn"):
        return None
    if have is None:
        return operator == "NotIn"
    if have is UNKNOWN or not isinstance(values, list) or UNKNOWN in values:
        return None
    return (have in values) is (operator == "In")
