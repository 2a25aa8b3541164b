import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toolchain.plugins.kubernetes.yaml_scalars import needs_quotes, read_plain


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("yes", True),
        ("y", True),
        ("Off", False),
        ("~", None),
        ("", None),
        ("8080", 8080),
        ("-7", -7),
        ("+7", 7),
        ("0x1F", 31),
        ("0b11", 3),
        ("017", 15),
        ("0o17", 15),
        ("1_000", 1000),
        ("18446744073709551615", 2**64 - 1),
        ("-9223372036854775808", -(2**63)),
        ("18446744073709551616", 2.0**64),
        ("1e3", 1000.0),
        (".5", 0.5),
        (".1_1", 0.11),
        ("-.inf", -math.inf),
    ],
)
def test_a_plain_scalar_may_be_no_text(text: str, value: object) -> None:
    assert read_plain(text) == value
    assert type(read_plain(text)) is type(value)
    assert needs_quotes(text)


@pytest.mark.parametrize(
    "text", ["tRue", "100m", "1Gi", "1e999", "0x", "09a", "v1", "-", "..", "<<", "=", "1 2", "é", "2001-02-30", "1.2.3"]
)
def test_most_texts_need_no_quotes(text: str) -> None:
    assert read_plain(text) == text
    assert not needs_quotes(text)


@pytest.mark.parametrize(
    "text", ["2001-01-01", "2001-1-1T1:1:1Z", "2001-01-01 10:00:00", "0000-02-29", "1:30", "190:20"]
)
def test_dates_and_times_are_text_and_still_quoted(text: str) -> None:
    assert read_plain(text) == text
    assert needs_quotes(text)


@given(st.text(alphabet="+-.0123456789eExXbo_: TZtz", max_size=12))
def test_what_needs_no_quotes_is_read_as_itself(text: str) -> None:
    assert needs_quotes(text) or read_plain(text) == text
