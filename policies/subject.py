"""What predicates are asked about, and how a field of it is fetched: its value, absent, or not known yet.

A value of a type that the API would refuse never passes for an absent one: it raises `MalformedError`, which is a
violation.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from policies.plain import UNKNOWN, Sealed
from policies.predicates import ABSENT, Field, Kind
from policies.view import Body


class MalformedError(Exception):
    """A field holds a value of a type that the API does not accept there.

    Attributes:
        field: The field.
    """

    def __init__(self, field: Field) -> None:
        super().__init__(".".join(field.path))
        self.field = field


@dataclass(slots=True)
class Subject:
    """What a predicate is asked about.

    Attributes:
        pod: The pod's spec.
        container: The container, or the pod's spec again where there is none.
        partial: Whether a missing field may be stated elsewhere: it is unknown then, not absent.
        object: The object as a whole.
        template: The pod's own metadata.
        item: The item that is looked at.
        key: Its key in its mapping.
        flaw: Set by a `PythonOnly` that fails: what is wrong.
    """

    pod: Body
    container: Body
    partial: bool
    object: Body | None = None
    template: Body | None = None
    item: object = None
    key: object = None
    flaw: str | None = None


Getter = Callable[[Subject], object]

# Plain values have exactly these classes; a bool, which Python takes for an int too, is none.
_TYPES: dict[Kind, frozenset[type]] = {
    "bool": frozenset({bool}),
    "int": frozenset({int}),
    "string": frozenset({str}),
    "quantity": frozenset({str, int, float}),
    "list": frozenset({list}),
    "object": frozenset({dict}),
}


def getter(field: Field) -> Getter:
    """A function that fetches the field: its value, `ABSENT`, or `UNKNOWN`; of the right type, or it raises."""
    # The innermost loop of all: no call that is not needed.
    fetch = attrgetter(field.scope)
    path = field.path
    checked = field.kind != "any"
    types = _TYPES.get(field.kind, frozenset())

    def get(subject: Subject) -> object:
        value: Any = fetch(subject)
        for key in path:
            if value.__class__ is dict:
                value = value.get(key)
            elif value is None or value is UNKNOWN:
                break
            elif checked:
                raise MalformedError(field)
            else:
                return ABSENT
        if value is None:
            return UNKNOWN if subject.partial else ABSENT
        if checked and value.__class__ not in types and value is not UNKNOWN:
            # What is secret is judged by its value; only a field of kind `any` is told that it is secret.
            value = value.value if isinstance(value, Sealed) else value
            if value.__class__ not in types:
                raise MalformedError(field)
        return value

    return get
