"""How fast an error budget may go: the workbook's figures, and that they mean what they say."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.spec.burn_rate import BURN_RATES, GRAIN, BurnRate, budget, windows

MONTH = 30 * 86_400
HOUR = 3600

periods = st.integers(min_value=1, max_value=180).map(lambda count: count * GRAIN)
availabilities = st.decimals(min_value=95, max_value=Decimal("99.999"), places=3)
rates = st.sampled_from(BURN_RATES)


def test_the_figures_are_the_workbooks():
    found = [
        (rate.severity, float(rate.factor), rate.long(MONTH) / HOUR, rate.short(MONTH) / 60) for rate in BURN_RATES
    ]

    assert found == [("page", 14.4, 1, 5), ("page", 6, 6, 30), ("ticket", 1, 72, 360)]


@given(rates, periods, availabilities)
def test_failing_at_the_threshold_for_a_long_window_spends_just_that_share_of_the_budget(
    rate: BurnRate, period: int, availability: Decimal
):
    # given requests at an even pace, of which the threshold's share fails for as long as the long window
    failed = Fraction(rate.threshold(availability)) * rate.long(period)
    allowed = Fraction(budget(availability)) * period

    assert failed / allowed == rate.spent


@given(rates, availabilities)
def test_every_alert_can_be_reached(rate: BurnRate, availability: Decimal):
    assert 0 < rate.threshold(availability) < 1


@given(periods)
def test_windows_are_whole_seconds_and_none_is_there_twice(period: int):
    found = windows(period)

    assert found == sorted(set(found))
    assert len(found) == 5
    assert all(Fraction(period) * rate.share == rate.long(period) for rate in BURN_RATES)
    assert all(rate.short(period) * 12 == rate.long(period) for rate in BURN_RATES)


@pytest.mark.parametrize(("availability", "threshold"), [("99.9", "0.0144"), ("99", "0.144"), ("99.5", "0.072")])
def test_thresholds_are_exact(availability: str, threshold: str):
    assert BURN_RATES[0].threshold(Decimal(availability)) == Decimal(threshold)
