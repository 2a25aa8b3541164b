"""When something is due, and how long it is until then."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from volume_backup import schedule

from tests.unit.images.volume_backup.support import DAY, HALF_PAST_TWO

MOMENTS = st.floats(0, 4e9)
LENGTHS = st.integers(60, 40 * DAY)
TIMES = st.integers(0, DAY - 60)


def test_what_was_never_done_is_due():
    assert schedule.due(None, 0.0, DAY, 0)


@pytest.mark.parametrize(("now", "due"), [(HALF_PAST_TWO - 1, False), (HALF_PAST_TWO, True)])
def test_a_daily_one_is_due_at_its_time_of_the_day(now: int, due: bool):
    yesterday = HALF_PAST_TWO + 10 * DAY
    assert schedule.due(yesterday, 11 * DAY + now, DAY, HALF_PAST_TWO) is due


@given(MOMENTS, LENGTHS, TIMES)
def test_it_is_due_after_the_wait_and_not_before(last: float, every: int, at: int):
    wait = schedule.wait(last, every, at)
    assert 0 < wait <= every
    assert schedule.due(last, last + wait + 0.001, every, at)
    assert not schedule.due(last, last, every, at)


@given(MOMENTS, LENGTHS, TIMES)
def test_nothing_waits_for_longer_than_its_interval(last: float, every: int, at: int):
    assert schedule.due(last, last + every, every, at)
