"""Places in plain values."""

from typing import Any

import yaml
from hypothesis import given
from hypothesis import strategies as st

from components.spec.place import ABSENT, at, child, leaves

VALUES: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5)),
    lambda below: st.one_of(st.lists(below, max_size=3), st.dictionaries(st.text(max_size=3), below, max_size=3)),
    max_leaves=10,
)


@given(VALUES)
def test_every_leaf_stands_at_its_path(value: Any):
    for path, leaf in leaves(value):
        assert at(value, path) is leaf
        assert not leaf or not isinstance(leaf, dict | list)


def test_what_is_not_there_is_absent_and_none_is_there():
    assert child({"a": None}, "a") is None
    assert child({"a": 1}, "b") is ABSENT
    assert child([1], 1) is ABSENT
    assert child([1], "a") is ABSENT
    assert at({"a": 1}, ("a", "b", 0)) is ABSENT


def test_an_empty_mapping_is_a_leaf():
    value: object = yaml.safe_load("{a: {}, b: [1, {c: []}]}")
    assert list(leaves(value)) == [(("a",), {}), (("b", 0), 1), (("b", 1, "c"), [])]
