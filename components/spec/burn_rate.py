"""How fast an error budget may be spent before somebody is told: the figures of Google's Site Reliability Workbook.

Table 5-8 of its chapter "Alerting on SLOs" (https://sre.google/workbook/alerting-on-slos/), stated there for a period
of 30 days: a page when 2 % of the budget went within an hour, or 5 % within six; a ticket when 10 % went within three
days. A second, shorter window of a twelfth, over the same threshold, ends an alert soon after its cause has ended.
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final, Literal

Severity = Literal["page", "ticket"]
"""How soon somebody has to act: at once, or within days."""

SHORT: Final = Fraction(1, 12)
"""The short window's share in the long one; workbook, "Multiwindow, Multi-Burn-Rate Alerts"."""


@dataclass(frozen=True)
class BurnRate:
    """One pair of windows, and what is spent within the long one when it alerts.

    Attributes:
        severity: how soon somebody has to act.
        spent: the share of the period's error budget.
        share: the share of the long window in the period.
    """

    severity: Severity
    spent: Fraction
    share: Fraction

    @property
    def factor(self) -> Fraction:
        """How many times faster than evenly over the period the budget is spent."""
        return self.spent / self.share

    def long(self, period: int) -> int:
        """The long window in seconds, of a period in seconds."""
        return int(period * self.share)

    def short(self, period: int) -> int:
        """The short window in seconds, of a period in seconds."""
        return int(period * self.share * SHORT)

    def threshold(self, availability: Decimal) -> Decimal:
        """The share of failed requests, from 0 to 1, above which it alerts; `availability` is in percent."""
        return Decimal(self.factor.numerator) / self.factor.denominator * budget(availability)


BURN_RATES: Final = (
    BurnRate("page", Fraction(2, 100), Fraction(1, 30 * 24)),
    BurnRate("page", Fraction(5, 100), Fraction(6, 30 * 24)),
    BurnRate("ticket", Fraction(10, 100), Fraction(3, 30)),
)
"""From the fastest to the slowest."""

GRAIN: Final = 43_200
"""Seconds: every window of a period that is a multiple of it, 12 hours, is whole seconds long."""


def budget(availability: Decimal) -> Decimal:
    """The share of requests, from 0 to 1, that may fail; `availability` is in percent."""
    return 1 - availability / 100


def windows(period: int) -> list[int]:
    """Every window of a period in seconds, each once, from the shortest to the longest."""
    return sorted({window for rate in BURN_RATES for window in (rate.short(period), rate.long(period))})
