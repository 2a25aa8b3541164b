"""Small values: what is taken, what is refused, and that nothing is changed on the way."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from components.spec import values
from policies.values.quantity import parse_quantity

NAME = TypeAdapter[str](values.Name)
LABEL = TypeAdapter[str](values.LabelValue)
PORT = TypeAdapter[int](values.Port)
CPU = TypeAdapter[str](values.Cpu)
MEMORY = TypeAdapter[str](values.Memory)
PATH = TypeAdapter[str](values.AbsolutePath)
ENV = TypeAdapter[str](values.EnvValue)


def accepts(adapter: TypeAdapter[Any], value: object) -> bool:
    try:
        adapter.validate_python(value, strict=True)
    except ValidationError:
        return False
    return True


@given(st.from_regex(r"[a-z]([-a-z0-9]{0,44}[a-z0-9])?", fullmatch=True))
def test_a_dns_label_of_at_most_46_characters_is_a_name(text: str):
    assert NAME.validate_python(text) == text


@given(st.text(max_size=60))
def test_no_other_text_is_a_name(text: str):
    well_formed = (
        0 < len(text) <= values.NAME_LIMIT
        and all(character in "abcdefghijklmnopqrstuvwxyz0123456789-" for character in text)
        and text[0].isalpha()
        and not text.endswith("-")
    )
    assert accepts(NAME, text) == well_formed


def test_a_pod_made_for_the_longest_name_is_still_a_dns_label():
    pod = f"{'n' * values.NAME_LIMIT}-{'r' * 10}-{'p' * 5}"

    assert len(pod) == values.DNS_LABEL_LIMIT


@pytest.mark.parametrize("text", ["", "-a", "a-", "a b", "ä", "a" * 64])
def test_text_that_is_no_label_value_is_refused(text: str):
    assert not accepts(LABEL, text)


@given(st.integers())
def test_a_port_is_a_number_from_1_to_65535(number: int):
    assert accepts(PORT, number) == (1 <= number <= 65535)


@pytest.mark.parametrize("value", [True, "8000", 8000.0, None])
def test_only_a_whole_number_is_a_port(value: object):
    assert not accepts(PORT, value)


@given(st.integers(min_value=1, max_value=1_024_000))
def test_whole_thousandths_of_a_core_are_processor_time(thousandths: int):
    assert CPU.validate_python(f"{thousandths}m") == f"{thousandths}m"


@pytest.mark.parametrize("value", [2, 0.5, "2", "0.5", "500m", "1e1"])
def test_processor_time_may_be_a_number_or_text_and_keeps_its_amount(value: str | int | float):
    assert parse_quantity(CPU.validate_python(value)) == Decimal(str(parse_quantity(value)))


@pytest.mark.parametrize("value", ["0", "-1", "0.0001", "2Gi", "two", "", " 1", True, None, [1], "1025"])
def test_anything_else_is_no_processor_time(value: object):
    assert not accepts(CPU, value)


@given(st.integers(min_value=4, max_value=10**6))
def test_mebibytes_are_memory(mebibytes: int):
    assert MEMORY.validate_python(f"{mebibytes}Mi") == f"{mebibytes}Mi"


@pytest.mark.parametrize("value", ["512m", 512, "1Ki", "2Pi", 1e28, "2 Gi", "2GiB", "-1Gi", "", None, False, {}])
def test_memory_without_a_sensible_unit_is_refused(value: object):
    assert not accepts(MEMORY, value)


@given(st.one_of(st.text(), st.integers(), st.floats(), st.none(), st.lists(st.integers())))
def test_what_is_taken_as_memory_is_a_whole_number_of_bytes_between_4_mebibytes_and_a_pebibyte(value: object):
    if accepts(MEMORY, value):
        amount = parse_quantity(MEMORY.validate_python(value))
        assert 4 * 2**20 <= amount <= 2**50
        assert amount % 1 == 0


@pytest.mark.parametrize("text", ["/", "etc", "/etc/../root", "/etc//app", "/etc/app/", "/a:b", ""])
def test_a_path_that_is_not_absolute_and_plain_is_refused(text: str):
    assert not accepts(PATH, text)


@pytest.mark.parametrize(
    ("value", "text"), [("info", "info"), (3, "3"), (True, "true"), (False, "false"), ("1.10", "1.10"), ("", "")]
)
def test_an_environment_value_is_the_text_that_was_meant(value: object, text: str):
    assert ENV.validate_python(value) == text


def test_a_fraction_is_no_environment_value_because_it_could_lose_a_zero():
    assert not accepts(ENV, 1.10)
