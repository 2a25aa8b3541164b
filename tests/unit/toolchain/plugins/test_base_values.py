"""Property values survive the way to the protocol and back, and secrets stay hidden."""

from datetime import date
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolchain.plugins.base_values import (
    UNKNOWN,
    Output,
    Properties,
    Secret,
    Unknown,
    Value,
    contains_secret,
    contains_unknown,
    decode,
    encode,
    plain,
)

NUMBER_UNKNOWN = Unknown("3eeb2bf0-c639-47a8-9e75-3b44932eb421")

leaves = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False).filter(lambda number: not number.is_integer())
    | st.text()
    | st.sampled_from([UNKNOWN, NUMBER_UNKNOWN])
)
values: st.SearchStrategy[Value] = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(), inner, max_size=4)
        | st.builds(Secret, inner)
        # An output's protocol form cannot say which kind of unknown it is.
        | st.builds(
            Output,
            inner.filter(lambda value: value != NUMBER_UNKNOWN),
            secret=st.booleans(),
            dependencies=st.lists(st.text()).map(tuple),
        )
    ),
    max_leaves=20,
)


@given(st.dictionaries(st.text(), values, max_size=5))
def test_values_are_the_same_after_encoding_and_decoding(properties: Properties) -> None:
    assert decode(encode(properties)) == properties


def test_whole_numbers_are_ints_and_others_floats() -> None:
    decoded = decode(encode({"whole": 3.0, "part": 2.5}))

    assert (type(decoded["whole"]), type(decoded["part"])) == (int, float)


def test_booleans_do_not_become_numbers() -> None:
    assert decode(encode({"on": True}))["on"] is True


def test_assets_are_left_as_they_are() -> None:
    asset: Value = {"4dabf18193072939515e22adb298388d": "c44067f5952c0a294b673a41bacd8c17", "text": "hello"}

    assert decode(encode({"asset": asset})) == {"asset": asset}


def test_an_output_without_a_value_is_unknown() -> None:
    given_output: Value = {"4dabf18193072939515e22adb298388d": "d0e6a833031e9bbcd3f4e8bde6ca49a4", "secret": True}

    assert decode(encode({"later": given_output})) == {"later": Output(UNKNOWN, secret=True)}


def test_a_foreign_type_is_refused_without_its_value() -> None:
    with pytest.raises(TypeError, match=r"^a value of type date is no property value$"):
        encode({"day": cast(Value, date(2026, 11, 22))})


@pytest.mark.parametrize("secret", [Secret("hunter2"), Output("hunter2", secret=True), {"in": [Secret("hunter2")]}])
def test_secrets_do_not_show(secret: object) -> None:
    assert "hunter2" not in repr(secret)


@given(values)
def test_plain_leaves_no_secret(value: Value) -> None:
    assert not contains_secret(plain(value))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (UNKNOWN, True),
        (Secret({"deep": [1, NUMBER_UNKNOWN]}), True),
        (Output(UNKNOWN), True),
        ({"a": [Secret(1)]}, False),
        ("04da", False),
    ],
)
def test_unknowns_are_found_at_any_depth(value: Value, *, expected: bool) -> None:
    assert contains_unknown(value) is expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Secret(None), True),
        ([{"a": Secret(1)}], True),
        (Output(1, secret=True), True),
        (Output(Secret(1)), True),
        (Output(1), False),
        ({"a": [UNKNOWN]}, False),
    ],
)
def test_secrets_are_found_at_any_depth(value: Value, *, expected: bool) -> None:
    assert contains_secret(value) is expected
