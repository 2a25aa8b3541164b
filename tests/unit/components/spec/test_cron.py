"""When a schedule comes round."""

from __future__ import annotations

from contextlib import nullcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

from components.spec.cron import HOURS_A_MONTH, TimeZone, read_cron

MINUTES = st.sets(st.integers(0, 59), min_size=1)
HOURS = st.sets(st.integers(0, 23), min_size=1)


def written(numbers: set[int]) -> str:
    return ",".join(str(number) for number in sorted(numbers))


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("*/20 * * * *", "0,20,40 * * * *"),
        ("5/20 * * * *", "5,25,45 * * * *"),
        ("10-30/10 * * * *", "10,20,30 * * * *"),
        ("0 0 * jan-mar *", "0 0 * 1-3 *"),
        ("0 0 * * MON-FRI", "0 0 * * 1-5"),
        ("0   9  * * *", "0 9 */1 * *"),
        # A `*` says nothing wherever it stands, as Kubernetes reads it.
        ("0 9 *,5 * MON", "0 9 * * 1"),
        ("0 9 */01 * MON", "0 9 * * 1"),
    ],
)
def test_there_are_several_ways_to_say_one_schedule(text: str, same: str) -> None:
    assert read_cron(text) == read_cron(same)


@pytest.mark.parametrize(
    ("text", "days_a_year"),
    [
        ("0 0 * * *", 365.25),
        ("0 0 1 * *", 12),
        ("0 0 31 * *", 7),
        ("0 0 29 2 *", 0.25),
        ("0 0 * * 0", 365.25 / 7),
        # Where both days are named, either is enough.
        ("0 0 1 * 0", 365.25 / 7 + 12 * 6 / 7),
        ("0 0 */31 * 0", 365.25 / 7 + 12 * 6 / 7),
    ],
)
def test_days_are_counted_over_the_years(text: str, days_a_year: float) -> None:
    times = read_cron(text).times_a_month

    assert times == pytest.approx(days_a_year / 365.25 * HOURS_A_MONTH / 24, rel=0.005)


@given(MINUTES, HOURS)
def test_the_shortest_gap_is_no_longer_than_the_average(minutes: set[int], hours: set[int]) -> None:
    cron = read_cron(f"{written(minutes)} {written(hours)} * * *")

    times = len(minutes) * len(hours)
    assert 60 <= cron.shortest_gap <= 86_400 // times
    assert cron.times_a_month == pytest.approx(times * HOURS_A_MONTH / 24)


@given(MINUTES, HOURS, st.sets(st.integers(1, 31), min_size=1), st.sets(st.integers(1, 12), min_size=1))
def test_a_schedule_is_refused_exactly_if_it_never_comes(
    minutes: set[int], hours: set[int], days: set[int], months: set[int]
) -> None:
    text = f"{written(minutes)} {written(hours)} {written(days)} {written(months)} *"
    longest = {2: 29, 4: 30, 6: 30, 9: 30, 11: 30}

    if min(days) <= max(longest.get(month, 31) for month in months):
        assert read_cron(text).times_a_month > 0
    else:
        with pytest.raises(PydanticCustomError):
            read_cron(text)


@pytest.mark.parametrize(
    ("zone", "known"),
    [("Europe/Berlin", True), ("EST5EDT", True), ("Etc/GMT+5", True), ("Local", False), ("localtime", False)],
)
def test_a_time_zone_is_one_that_every_machine_knows(zone: str, *, known: bool) -> None:
    with nullcontext() if known else pytest.raises(ValidationError):
        assert TypeAdapter(TimeZone).validate_python(zone) == zone
