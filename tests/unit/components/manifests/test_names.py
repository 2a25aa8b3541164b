"""Names that are the same for the same description."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.manifests.names import content_suffix, derived
from components.spec.values import NAME_LIMIT

CONTENT = st.dictionaries(st.text(max_size=10), st.one_of(st.text(max_size=20), st.integers()), max_size=5)


@given(CONTENT)
def test_a_suffix_is_eight_hexadecimal_digits(content: dict[str, object]):
    assert len(content_suffix(content)) == 8
    assert set(content_suffix(content)) <= set("0123456789abcdef")


@given(CONTENT)
def test_the_order_of_content_does_not_matter(content: dict[str, object]):
    assert content_suffix(content) == content_suffix(dict(reversed(content.items())))


@given(CONTENT, CONTENT)
def test_other_content_has_another_suffix(first: dict[str, object], second: dict[str, object]):
    assert (content_suffix(first) == content_suffix(second)) == (first == second)


def test_a_suffix_does_not_depend_on_the_day_or_the_machine():
    assert content_suffix({"app.yaml": "a: 1"}) == "a8d54919"


def test_parts_are_joined_and_empty_ones_left_out():
    assert derived("api", "", "1a2b3c4d") == "api-1a2b3c4d"


def test_the_longest_name_leaves_room_for_a_role_and_a_suffix():
    assert len(derived("n" * NAME_LIMIT, "config", "1a2b3c4d")) <= 63


def test_a_name_that_is_too_long_is_a_mistake_of_the_program():
    with pytest.raises(ValueError, match="63"):
        derived("n" * 60, "config")
