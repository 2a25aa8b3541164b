"""The combinators mean what Kleene's logic says, and a field of a wrong type never passes for an absent one."""

import itertools

import pytest

from policies.meaning import compile_predicate
from policies.plain import UNKNOWN
from policies.predicates import (
    AllOf,
    AnyOf,
    Equals,
    Field,
    Missing,
    Not,
    Positive,
    Predicate,
    PythonOnly,
    Since,
    container,
    path_of,
    pod,
    python_only,
)
from policies.subject import MalformedError, Subject
from policies.truth import Truth
from policies.view import Body

FLAG = container("a.b", "bool")


def accept(*_: object) -> None:
    """A judge that finds nothing wrong."""


VALUES: dict[Truth, object] = {True: True, False: False, None: UNKNOWN}


def ask(predicate: Predicate, body: Body, *, pod_spec: Body | None = None, partial: bool = False) -> Truth:
    subject = Subject(pod_spec if pod_spec is not None else {}, body, partial)
    return compile_predicate(predicate, {"kubernetesVersion": "1.30"})(subject)


def flag(number: int) -> Predicate:
    return Equals(container(f"f{number}", "bool"), True)


@pytest.mark.parametrize("truths", list(itertools.product([True, False, None], repeat=2)))
def test_conjunction_and_disjunction_are_kleenes(truths: tuple[Truth, Truth]) -> None:
    body = {f"f{number}": VALUES[truth] for number, truth in enumerate(truths)}
    order: list[Truth] = [False, None, True]
    assert ask(AllOf((flag(0), flag(1))), body) is min(truths, key=order.index)
    assert ask(AnyOf((flag(0), flag(1))), body) is max(truths, key=order.index)


@pytest.mark.parametrize(("truth", "negated"), [(True, False), (False, True), (None, None)])
def test_negation_keeps_unknown(truth: Truth, negated: Truth) -> None:
    assert ask(Not(flag(0)), {"f0": VALUES[truth]}) is negated


@pytest.mark.parametrize(
    ("body", "equals", "missing"),
    [
        ({"a": {"b": True}}, True, False),
        ({"a": {"b": False}}, False, False),
        ({"a": {"b": None}}, False, True),
        ({"a": {}}, False, True),
        ({"a": None}, False, True),
        ({}, False, True),
        ({"a": {"b": UNKNOWN}}, None, None),
        ({"a": UNKNOWN}, None, None),
        (UNKNOWN, None, None),
    ],
)
def test_a_field_is_there_or_not_or_unknown(body: Body, equals: Truth, missing: Truth) -> None:
    assert ask(Equals(FLAG, True), body) is equals
    assert ask(Missing(FLAG), body) is missing


def test_in_a_partial_object_what_is_missing_is_unknown() -> None:
    assert ask(Equals(FLAG, True), {}, partial=True) is None
    assert ask(Equals(FLAG, True), {"a": {"b": False}}, partial=True) is False


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (container("x", "bool"), 1),
        (container("x", "bool"), "true"),
        (container("x", "int"), True),
        (container("x", "int"), "0"),
        (container("x", "int"), 0.5),
        (container("x", "string"), 1),
        (container("x", "string"), {}),
        (container("x", "quantity"), True),
        (container("x", "quantity"), []),
    ],
)
def test_a_value_of_a_wrong_type_is_malformed(field: Field, value: object) -> None:
    for predicate in (Equals(field, 0), Missing(field), Positive(field), PythonOnly("", field, accept)):
        with pytest.raises(MalformedError):
            ask(predicate, {"x": value})


def test_a_path_through_something_else_than_a_mapping_is_malformed() -> None:
    with pytest.raises(MalformedError):
        ask(Equals(FLAG, True), {"a": "text"})


@pytest.mark.parametrize(
    ("value", "positive"),
    [("1", True), (1, True), (0.1, True), ("1n", True), ("0", False), (0, False), ("-1", False), ("x", False),
     (None, False), (UNKNOWN, None)],
)  # fmt: skip
def test_only_a_quantity_above_zero_is_positive(value: object, positive: Truth) -> None:
    assert ask(Positive(container("q", "quantity")), {"q": value}) is positive


@pytest.mark.parametrize(("version", "answer"), [("1.29", True), ("1.30", True), ("1.31", False), ("1.4", True)])
def test_versions_compare_as_numbers(version: str, answer: bool) -> None:
    assert ask(Since(version), {}) is answer


def test_a_field_of_the_pod_is_looked_up_in_the_pod() -> None:
    assert ask(Equals(pod("x", "int"), 1), {"x": 2}, pod_spec={"x": 1}) is True


def test_python_is_asked_with_the_value_and_its_flaw_is_kept() -> None:
    predicate = PythonOnly(
        "why", container("x", "string"), lambda value, _: f"found {value}" if value != "ok" else None
    )
    holds = compile_predicate(predicate, {})
    bad = Subject({}, {"x": "no"}, partial=False)
    assert holds(bad) is False
    assert bad.flaw == "found no"
    assert holds(Subject({}, {"x": "ok"}, partial=False)) is True
    assert holds(Subject({}, {}, partial=False)) is False


def test_python_is_not_asked_about_what_is_unknown() -> None:
    def judge(*_: object) -> str:
        raise AssertionError

    assert ask(PythonOnly("", container("x", "string"), judge), {"x": UNKNOWN}) is None


def test_python_inside_a_combinator_is_listed() -> None:
    predicate = AnyOf((Not(AllOf((PythonOnly("grammar", FLAG, accept),))), Missing(FLAG)))
    assert python_only(predicate) == ("grammar",)


def test_a_fields_place_is_below_its_pod_or_container() -> None:
    assert path_of(pod("a.b", "bool"), ("spec",), ("spec", "containers", 0)) == ("spec", "a", "b")
    assert path_of(FLAG, ("spec",), ("spec", "containers", 0)) == ("spec", "containers", 0, "a", "b")
