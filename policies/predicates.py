"""The few combinators that rules are made of, over field paths, and their three-valued meaning.

A predicate is data: `compile_predicate` gives it its meaning here, and a printer can give it another (CEL). Its answer
is True, False, or None for "not known yet" (Kleene's logic: `False and unknown` is False, `True or unknown` is True).
Only `PythonOnly` holds code; what uses it says so by that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal, cast

from policies.plain import UNKNOWN, Path, Unknown
from policies.values.quantity import parse_quantity
from policies.view import Body

Truth = bool | None
"""True, False, or None: not known yet."""

Kind = Literal["bool", "int", "string", "quantity"]
"""The type that the API gives a field. A value of another type is a flaw in itself: the API would refuse it."""

Parameters = Mapping[str, object]
"""The rules' settings, by name, with every default filled in."""


class Absent:
    """The type of `ABSENT`: a field that is not there, or null."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Final = Absent()


class MalformedError(Exception):
    """A field holds a value of a type that the API does not accept there.

    Attributes:
        field: The field.
    """

    def __init__(self, field: Field) -> None:
        super().__init__(".".join(field.path))
        self.field = field


@dataclass(frozen=True, slots=True)
class Field:
    """A field, by its path below the pod's spec or below a container.

    Attributes:
        scope: Below what the path starts.
        path: The keys on the way.
        kind: The type of its value.
    """

    scope: Literal["pod", "container"]
    path: tuple[str, ...]
    kind: Kind


def pod(path: str, kind: Kind) -> Field:
    """A field of the pod's spec: `pod("securityContext.runAsNonRoot", "bool")`."""
    return Field("pod", tuple(path.split(".")), kind)


def container(path: str, kind: Kind) -> Field:
    """A field of the container: `container("image", "string")`."""
    return Field("container", tuple(path.split(".")), kind)


@dataclass(frozen=True, slots=True)
class Equals:
    """The field is there and has this value."""

    field: Field
    value: bool | int | str


@dataclass(frozen=True, slots=True)
class Missing:
    """The field is not there, or null."""

    field: Field


@dataclass(frozen=True, slots=True)
class Positive:
    """The field is a quantity above zero."""

    field: Field


@dataclass(frozen=True, slots=True)
class Since:
    """The cluster is at this Kubernetes version or later (`1.35`)."""

    version: str


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
        judge: Given the value (or `ABSENT`) and the parameters, says what is wrong, or None.
    """

    reason: str
    field: Field
    judge: Callable[[object, Parameters], str | None]


Predicate = Equals | Missing | Positive | Since | Not | AllOf | AnyOf | PythonOnly


@dataclass(slots=True)
class Subject:
    """What a predicate is asked about.

    Attributes:
        pod: The pod's spec.
        container: The container, or the pod's spec again where there is none.
        partial: Whether a missing field may be stated elsewhere: it is unknown then, not absent.
        flaw: Set by a `PythonOnly` that fails: what is wrong.
    """

    pod: Body
    container: Body
    partial: bool
    flaw: str | None = None


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
        case Equals(field, value):
            return _equals(field, value)
        case Missing(field):
            return _missing(field)
        case Positive(field):
            return _positive(field)
        case Since(version):
            answer = version_key(str(parameters["kubernetesVersion"])) >= version_key(version)
            return lambda subject: answer
        case Not(term):
            return _negation(compile_predicate(term, parameters))
        case AllOf(terms):
            return _conjunction([compile_predicate(term, parameters) for term in terms])
        case AnyOf(terms):
            return _disjunction([compile_predicate(term, parameters) for term in terms])
        case PythonOnly(_, field, judge):
            return _python_only(field, judge, parameters)


def version_key(version: str) -> tuple[int, ...]:
    """Makes `1.36` comparable."""
    return tuple(int(part) for part in version.split("."))


def python_only(predicate: Predicate) -> tuple[str, ...]:
    """The reasons why a predicate cannot be said in another language; none if it can."""
    match predicate:
        case PythonOnly(reason):
            return (reason,)
        case Not(term):
            return python_only(term)
        case AllOf(terms) | AnyOf(terms):
            return tuple(reason for term in terms for reason in python_only(term))
        case _:
            return ()


_TYPES: dict[Kind, tuple[type, ...]] = {
    "bool": (bool,),
    "int": (int,),
    "string": (str,),
    "quantity": (str, int, float),
}


def _getter(field: Field) -> Callable[[Subject], object]:
    """A function that fetches the field: its value, `ABSENT`, or `UNKNOWN`; of the right type, or it raises."""
    of_pod = field.scope == "pod"
    path = field.path
    types = _TYPES[field.kind]
    takes_bool = field.kind == "bool"

    def get(subject: Subject) -> object:
        value = cast("object", subject.pod if of_pod else subject.container)
        for key in path:
            if isinstance(value, dict):
                value = cast("dict[str, object]", value).get(key)
            elif value is None or isinstance(value, Unknown):
                break
            else:
                raise MalformedError(field)
        if value is None:
            return UNKNOWN if subject.partial else ABSENT
        if value is not UNKNOWN and (not isinstance(value, types) or (isinstance(value, bool) is not takes_bool)):
            raise MalformedError(field)
        return value

    return get


def _equals(field: Field, expected: bool | int | str) -> Compiled:
    get = _getter(field)

    def equals(subject: Subject) -> Truth:
        value = get(subject)
        return None if value is UNKNOWN else value == expected

    return equals


def _missing(field: Field) -> Compiled:
    get = _getter(field)

    def missing(subject: Subject) -> Truth:
        value = get(subject)
        return None if value is UNKNOWN else value is ABSENT

    return missing


def _positive(field: Field) -> Compiled:
    get = _getter(field)

    def positive(subject: Subject) -> Truth:
        value = get(subject)
        if value is UNKNOWN:
            return None
        if value is ABSENT:
            return False
        try:
            return parse_quantity(cast("str | int | float", value)) > 0
        except ValueError:
            return False

    return positive


def _negation(term: Compiled) -> Compiled:
    def negation(subject: Subject) -> Truth:
        truth = term(subject)
        return None if truth is None else not truth

    return negation


def _conjunction(terms: list[Compiled]) -> Compiled:
    def conjunction(subject: Subject) -> Truth:
        result: Truth = True
        for term in terms:
            truth = term(subject)
            if truth is False:
                return False
            if truth is None:
                result = None
        return result

    return conjunction


def _disjunction(terms: list[Compiled]) -> Compiled:
    def disjunction(subject: Subject) -> Truth:
        result: Truth = False
        for term in terms:
            truth = term(subject)
            if truth is True:
                return True
            if truth is None:
                result = None
        return result

    return disjunction


def _python_only(field: Field, judge: Callable[[object, Parameters], str | None], parameters: Parameters) -> Compiled:
    get = _getter(field)

    def python(subject: Subject) -> Truth:
        value = get(subject)
        if value is UNKNOWN:
            return None
        flaw = judge(value, parameters)
        subject.flaw = flaw
        return flaw is None

    return python


def path_of(field: Field, pod_path: Path, container_path: Path) -> Path:
    """Where a field is, from the top of its object."""
    return (*pod_path, *field.path) if field.scope == "pod" else (*container_path, *field.path)
