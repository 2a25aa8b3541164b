import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolchain.plugins.base import DiffKind, PropertyDiff
from toolchain.plugins.base_diff import Path, Pattern, covers, diff, parse_path, render_path
from toolchain.plugins.base_values import UNKNOWN, Properties, Value

A, AR = DiffKind.ADD, DiffKind.ADD_REPLACE
D, DR = DiffKind.DELETE, DiffKind.DELETE_REPLACE
U, UR = DiffKind.UPDATE, DiffKind.UPDATE_REPLACE

SCALARS = st.booleans() | st.integers() | st.text(max_size=3)
VALUES: st.SearchStrategy[Value] = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3),
    max_leaves=8,
)
OBJECTS: st.SearchStrategy[Properties] = st.dictionaries(st.text(max_size=2), VALUES, max_size=4)


def kinds(old: Properties, new: Properties, *replacing: Pattern) -> dict[str, DiffKind]:
    return {render_path(path): found.kind for path, found in diff(old, new, replacing).items()}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({"a": 1}, {"a": 1}, {}),
        ({"a": 1}, {"a": 2}, {"a": U}),
        ({"a": 1}, {}, {"a": D}),
        ({}, {"a": {"b": 1}}, {"a": A}),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 2}}, {"a.b": U, "a.c": D}),
        ({"a": [1, 2]}, {"a": [1, 3, 4]}, {"a[1]": U, "a[2]": A}),
        ({"a": [1, 2]}, {"a": []}, {"a[0]": D, "a[1]": D}),
        ({"a": [{"b": 1, "c": 1}]}, {"a": [{"b": 2}]}, {"a[0].b": U, "a[0].c": D}),
        ({"a": [1]}, {"a": {"0": 1}}, {"a": U}),
        ({"a": "x"}, {"a": {"b": 1}}, {"a": U}),
        ({"a": 1}, {"a": 1.0}, {}),
        ({"a": 1}, {"a": True}, {"a": U}),
        ({"a": 0}, {"a": False}, {"a": U}),
        ({"a": None}, {}, {"a": D}),
        ({}, {"a": None}, {}),
        ({"a": 1}, {"a": None}, {"a": D}),
        ({"a": "x"}, {"a": UNKNOWN}, {"a": U}),
        ({}, {"a": UNKNOWN}, {"a": A}),
        ({"a": {"b": 1}}, {"a": UNKNOWN}, {"a": U}),
        ({"a": [{"b": 1}]}, {"a": [UNKNOWN, UNKNOWN]}, {"a[0]": U, "a[1]": A}),
        ({"a": {"b.c/d": "1"}}, {"a": {"b.c/d": "2"}}, {'a["b.c/d"]': U}),
    ],
)
def test_differences_are_told_by_property(old: Properties, new: Properties, expected: dict[str, DiffKind]) -> None:
    assert kinds(old, new) == expected


IMAGE = ("spec", "containers", "[*]", "image")


@pytest.mark.parametrize(
    ("old", "new", "pattern", "expected"),
    [
        ({"data": {"a": 1}}, {"data": {"a": 2}}, ("data",), {"data.a": UR}),
        ({"data": {"a": 1}}, {"data": {}}, ("data",), {"data.a": DR}),
        ({}, {"data": {}}, ("data",), {"data": AR}),
        ({"a": 1}, {"a": 2}, ("data",), {"a": U}),
        ({}, {"spec": {"selector": {}}}, ("spec", "selector"), {"spec": AR}),
        ({}, {"spec": {"replicas": 1}}, ("spec", "selector"), {"spec": A}),
        (
            {"spec": {"containers": [{"image": "a", "x": 1}]}},
            {"spec": {"containers": [{"image": "b", "x": 2}]}},
            IMAGE,
            {"spec.containers[0].image": UR, "spec.containers[0].x": U},
        ),
        ({"spec": {"containers": []}}, {"spec": {"containers": [{"image": "b"}]}}, IMAGE, {"spec.containers[0]": AR}),
        ({"spec": {"containers": [{"image": "a"}]}}, {"spec": {"containers": []}}, IMAGE, {"spec.containers[0]": D}),
        ({"spec": {}}, {"spec": {"containers": [{"image": "b"}]}}, IMAGE, {"spec.containers": AR}),
        ({"spec": {"containers": 1}}, {"spec": {"containers": [UNKNOWN]}}, IMAGE, {"spec.containers": U}),
    ],
)
def test_a_difference_replaces_where_it_touches_what_cannot_change(
    old: Properties, new: Properties, pattern: Pattern, expected: dict[str, DiffKind]
) -> None:
    assert kinds(old, new, pattern) == expected


def test_only_deletions_are_differences_of_inputs() -> None:
    assert diff({"a": 1, "b": 1}, {"b": 2}) == {("a",): PropertyDiff(D, input_diff=True), ("b",): PropertyDiff(U)}


@given(OBJECTS)
def test_an_object_does_not_differ_from_itself(obj: Properties) -> None:
    assert diff(obj, copy.deepcopy(obj)) == {}


@given(OBJECTS, OBJECTS)
def test_the_differences_lead_from_the_old_object_to_the_new_one(old: Properties, new: Properties) -> None:
    found = diff(old, new)
    made: Value = copy.deepcopy(old)
    for path, difference in sorted(found.items(), key=lambda item: [str(type(key)) for key in item[0]]):
        if difference.kind is not D:
            put(made, path, at(new, path))
    for path in sorted((path for path, each in found.items() if each.kind is D), key=last_index, reverse=True):
        remove(made, path)
    assert made == new


def last_index(path: Path) -> int:
    return path[-1] if isinstance(path[-1], int) else 0


def at(value: Value, path: Path) -> Value:
    for key in path:
        if isinstance(key, int):
            assert isinstance(value, list)
            value = value[key]
        else:
            assert isinstance(value, dict)
            value = value[key]
    return value


def put(value: Value, path: Path, item: Value) -> None:
    parent, key = at(value, path[:-1]), path[-1]
    if isinstance(parent, list) and isinstance(key, int):
        parent[key : key + 1] = [item]
    elif isinstance(parent, dict):
        parent[str(key)] = item


def remove(value: Value, path: Path) -> None:
    parent, key = at(value, path[:-1]), path[-1]
    if isinstance(parent, list) and isinstance(key, int):
        del parent[key]
    elif isinstance(parent, dict):
        del parent[str(key)]


STEPS = st.text(min_size=1, max_size=3).filter(lambda key: key != "*" and "\\" not in key) | st.integers(0, 99)


@given(st.lists(STEPS, max_size=4).map(tuple))
def test_a_written_path_reads_as_the_same_path(path: Path) -> None:
    assert parse_path(render_path(path)) == path


@pytest.mark.parametrize("written", ["a[", "a.", "[x]", "a]b"])
def test_what_is_no_path_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="is no property path"):
        parse_path(written)


@pytest.mark.parametrize(
    ("ignored", "path", "expected"),
    [
        ("spec", ("spec", "replicas"), True),
        ("spec.replicas", ("spec", "replicas"), True),
        ("spec.replicas", ("spec",), False),
        ("spec.containers[*].image", ("spec", "containers", 3, "image"), True),
        ("spec.*.image", ("spec", "containers", "image"), True),
        ("spec.containers[0].image", ("spec", "containers", 1, "image"), False),
    ],
)
def test_an_ignored_path_covers_all_below_it(ignored: str, path: Path, expected: bool) -> None:
    assert covers(parse_path(ignored), path) is expected
