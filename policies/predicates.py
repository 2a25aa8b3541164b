"""The few combinators that rules are made of, over field paths. A predicate is data.

`policies.meaning` gives it its three-valued meaning; a printer gives it another (CEL). Only `PythonOnly` holds code;
what uses it says so by that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from policies.plain import Path, Unknown

Scope = Literal["object", "template", "pod", "container", "item", "key"]
"""Below what a path starts: the object itself, the pod's own metadata, its spec, the container, or the item (of a list
or a mapping) that is being looked at; `key` is that item's key in its mapping."""

Kind = Literal["bool", "int", "string", "quantity", "list", "object", "any"]
"""The type that the API gives a field. A value of another type is a flaw in itself: the API would refuse it. A field
of kind `any` may hold whatever it likes."""

Parameters = Mapping[str, object]
"""The rules' settings, by name, with every default filled in."""


class Absent:
    """The type of `ABSENT`: a field that is not there, or null."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Final = Absent()


@dataclass(frozen=True, slots=True)
class Field:
    """A field, by its path below its scope.

    Attributes:
        scope: Below what the path starts.
        path: The keys on the way.
        kind: The type of its value.
    """

    scope: Scope
    path: tuple[str, ...]
    kind: Kind


def _field(scope: Scope, path: str, kind: Kind) -> Field:
    return Field(scope, tuple(path.split(".")) if path else (), kind)


def obj(path: str, kind: Kind) -> Field:
    """A field of the object itself: `obj("spec.type", "string")`."""
    return _field("object", path, kind)


def template(path: str, kind: Kind) -> Field:
    """A field of the pod's own metadata: `template("annotations", "object")`."""
    return _field("template", path, kind)


def pod(path: str, kind: Kind) -> Field:
    """A field of the pod's spec: `pod("securityContext.runAsNonRoot", "bool")`."""
    return _field("pod", path, kind)


def container(path: str, kind: Kind) -> Field:
    """A field of the container: `container("image", "string")`."""
    return _field("container", path, kind)


def item(path: str, kind: Kind) -> Field:
    """A field of the item that is looked at; `item("", "string")` is the item itself."""
    return _field("item", path, kind)


KEY: Final = Field("key", (), "string")
"""The key of the item that is looked at."""


@dataclass(frozen=True, slots=True)
class Setting:
    """Stands for the value of a parameter.

    Attributes:
        name: The parameter's name.
    """

    name: str


@dataclass(frozen=True, slots=True)
class Equals:
    """The field is there and has this value."""

    field: Field
    value: bool | int | str


@dataclass(frozen=True, slots=True)
class OneOf:
    """The field is there and has one of these values."""

    field: Field
    values: tuple[str | int, ...] | Setting


@dataclass(frozen=True, slots=True)
class Missing:
    """The field is not there, or null."""

    field: Field


@dataclass(frozen=True, slots=True)
class Empty:
    """The field is not there, null, or an empty text, list or mapping."""

    field: Field


@dataclass(frozen=True, slots=True)
class Positive:
    """The field is a quantity above zero."""

    field: Field


@dataclass(frozen=True, slots=True)
class SameQuantity:
    """Both fields are there and are the same quantity, however they are written."""

    left: Field
    right: Field


@dataclass(frozen=True, slots=True)
class Same:
    """Both fields are there and have the same value."""

    left: Field
    right: Field


@dataclass(frozen=True, slots=True)
class AtLeast:
    """The field is there and is a whole number that is not below this one."""

    field: Field
    bound: int | Setting


@dataclass(frozen=True, slots=True)
class AtMost:
    """The field is there and is a whole number that is not above this one; every one where the bound is None."""

    field: Field
    bound: int | Setting


@dataclass(frozen=True, slots=True)
class Matches:
    """The field is a text in which this pattern (of the kind RE2 understands) is found."""

    field: Field
    pattern: str


@dataclass(frozen=True, slots=True)
class Contains:
    """The field is a list with this item."""

    field: Field
    value: str


@dataclass(frozen=True, slots=True)
class Longer:
    """The field is a list with more items than this."""

    field: Field
    than: int | Setting


@dataclass(frozen=True, slots=True)
class OnlyKeys:
    """The field is a mapping with no other keys than these.

    Attributes:
        field: The mapping.
        allowed: The keys it may have.
        known: The keys that the API gives it; another language can ask for those only.
    """

    field: Field
    allowed: tuple[str, ...]
    known: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Within:
    """Every entry of one mapping is in another mapping too."""

    field: Field
    other: Field


@dataclass(frozen=True, slots=True)
class EveryItem:
    """The term holds for every item of the list; so it does where there is no list."""

    field: Field
    term: Predicate


@dataclass(frozen=True, slots=True)
class SomeItem:
    """The term holds for at least one item of the list."""

    field: Field
    term: Predicate


@dataclass(frozen=True, slots=True)
class Since:
    """The cluster is at this Kubernetes version or later (`1.35`)."""

    version: str


@dataclass(frozen=True, slots=True)
class Chosen:
    """A parameter has this value."""

    setting: Setting
    value: bool | str | None


@dataclass(frozen=True, slots=True)
class Not:
    """The term does not hold."""

    term: Predicate


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every term holds."""

    terms: tuple[Predicate, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one term holds."""

    terms: tuple[Predicate, ...]


@dataclass(frozen=True, slots=True)
class PythonOnly:
    """What no combinator can say.

    Attributes:
        reason: Why not, for the list of rules that no other language gets.
        field: The field that it judges. While that is unknown, so is the answer; it is not asked then.
        judge: Given the value (or `ABSENT`) and the parameters, says what is wrong, or None; `UNKNOWN` where that
            depends on something inside the value that is not known.
    """

    reason: str
    field: Field
    judge: Callable[[object, Parameters], str | Unknown | None]


OfValue = (
    Equals
    | OneOf
    | Missing
    | Empty
    | Positive
    | SameQuantity
    | Same
    | AtLeast
    | AtMost
    | Matches
    | Contains
    | Longer
    | OnlyKeys
    | Within
)
"""Asks one value."""

Predicate = OfValue | EveryItem | SomeItem | Since | Chosen | Not | AllOf | AnyOf | PythonOnly


def parts(predicate: Predicate) -> Iterator[Predicate]:
    """A predicate and all that it is made of, from the outside in."""
    yield predicate
    match predicate:
        case Not(term) | EveryItem(_, term) | SomeItem(_, term):
            yield from parts(term)
        case AllOf(terms) | AnyOf(terms):
            for term in terms:
                yield from parts(term)
        case _:
            return


def python_only(predicate: Predicate) -> tuple[str, ...]:
    """The reasons why a predicate cannot be said in another language; none if it can."""
    return tuple(part.reason for part in parts(predicate) if isinstance(part, PythonOnly))


def path_of(field: Field, pod_path: Path, container_path: Path, item_path: Path = ()) -> Path:
    """Where a field is, from the top of its object."""
    match field.scope:
        case "object":
            return field.path
        case "template":
            return (*pod_path[:-1], "metadata", *field.path)
        case "pod":
            return (*pod_path, *field.path)
        case "container":
            return (*container_path, *field.path)
        case "item" | "key":
            return (*item_path, *field.path)
