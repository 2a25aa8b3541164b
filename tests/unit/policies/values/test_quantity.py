"""The quantity grammar: the value of each form, and what is refused."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.values.quantity import parse_quantity


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0),
        ("1", 1),
        ("+1", 1),
        ("-1", -1),
        ("1.", 1),
        (".5", Fraction(1, 2)),
        ("-.5", Fraction(-1, 2)),
        ("0.5", Fraction(1, 2)),
        ("500m", Fraction(1, 2)),
        ("1.5m", Fraction(15, 10000)),
        ("100n", Fraction(1, 10**7)),
        ("3u", Fraction(3, 10**6)),
        ("2k", 2000),
        ("1M", 10**6),
        ("1.G", 10**9),
        ("1T", 10**12),
        ("1P", 10**15),
        ("1E", 10**18),
        ("100E", 10**20),
        ("1Ki", 1024),
        ("1.5Gi", 3 * 2**29),
        ("4Gi", 2**32),
        ("1Ti", 2**40),
        ("1Pi", 2**50),
        ("1Ei", 2**60),
        ("16Ei", 2**63 - 1),
        ("1e3", 1000),
        ("1E3", 1000),
        ("1e+3", 1000),
        ("12e-1", Fraction(12, 10)),
        ("0.1n", Fraction(1, 10**9)),
        ("-0.1n", Fraction(-1, 10**9)),
        ("1e-12", Fraction(1, 10**9)),
        ("0.0000000001Ki", Fraction(103, 10**9)),
        ("123456789012345678901234567890", 123456789012345678901234567890),
    ],
)
def test_each_form_has_its_exact_value(text: str, value: int | Fraction) -> None:
    assert Fraction(parse_quantity(text)) == value


@pytest.mark.parametrize(
    "text",
    [
        "", " ", ".", "+", "-", "Ki", "m", "1 Gi", " 1", "1 ", "1\n", "1K", "1ki", "1KI", "1gb", "1GB", "1Gib", "1mi",
        "1.2.3", "1+1", "1e", "1e+", "1e1.5", "1e3Ki", "1ee3", "0x10", "1,5", "--1", "+-1", "\u00bd", "\u0661", "1_000",
        "inf", "nan", "1e1000", "1e-1000", "1" * 129, "1i", "-3.01i", "unlimited",
    ],
)  # fmt: skip
def test_what_is_no_quantity_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="quantity"):
        parse_quantity(text)


@pytest.mark.parametrize(("number", "value"), [(2, Decimal(2)), (0.5, Decimal("0.5")), (2.0, Decimal(2)), (-1, -1)])
def test_a_number_stands_for_itself(number: float, value: Decimal) -> None:
    assert parse_quantity(number) == value


@pytest.mark.parametrize("number", [True, False, float("inf"), float("nan")])
def test_what_is_no_finite_number_is_refused(number: float) -> None:
    with pytest.raises(ValueError, match="quantity"):
        parse_quantity(number)


SUFFIXES = {
    "": Fraction(1), "n": Fraction(1, 10**9), "u": Fraction(1, 10**6), "m": Fraction(1, 1000), "k": Fraction(10**3),
    "M": Fraction(10**6), "G": Fraction(10**9), "Ki": Fraction(2**10), "Mi": Fraction(2**20), "Gi": Fraction(2**30),
}  # fmt: skip


@given(st.integers(-(10**9), 10**9), st.sampled_from(sorted(SUFFIXES)))
def test_whole_numbers_scale_by_their_suffix(number: int, suffix: str) -> None:
    assert Fraction(parse_quantity(f"{number}{suffix}")) == number * SUFFIXES[suffix]


@given(st.decimals(min_value=0, max_value=10**6, places=12), st.sampled_from(["m", "", "Ki"]))
def test_rounding_goes_up_to_the_next_nano_and_no_further(number: Decimal, suffix: str) -> None:
    exact = Fraction(number) * SUFFIXES[suffix]
    got = Fraction(parse_quantity(f"{number:f}{suffix}"))
    assert 0 <= got - exact < Fraction(1, 10**9)


@given(st.text(max_size=20) | st.floats() | st.integers())
def test_anything_is_a_finite_value_or_a_value_error(text: str | float) -> None:
    try:
        value = parse_quantity(text)
    except ValueError:
        return
    assert value.is_finite()
