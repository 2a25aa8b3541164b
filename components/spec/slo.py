"""What a workload promises those who call it, and by which of its metrics that is measured."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from components.spec import defaults
from components.spec.base import Spec
from components.spec.burn_rate import GRAIN
from components.spec.refusal import Refusal, refused
from components.spec.values import Duration, LabelName, MetricName, duration_seconds, read_decimal

_LOWEST, _HIGHEST = Decimal(95), Decimal("99.999")
"""Below 95 % the fastest burn rate, 14.4, comes near a threshold of 1, which no share of failures is above; above
99.999 % the budget of a month is below half a minute, and no person can act in time."""

_LONGEST_PERIOD = 90 * 86_400

_BEYOND_RE2 = re.compile(r"\(\?[^:i]|\\[1-9]|[*+?}]\+")
"""What Python's regular expressions have and Prometheus' (RE2) do not: look-around, references, possessive repeats."""


def _percent(value: object) -> str:
    otherwise = Refusal(allowed=f"a percentage from {_LOWEST} to {_HIGHEST}", mend="write for example `99.9`")
    return read_decimal(value, _LOWEST, _HIGHEST, otherwise)


Percent = Annotated[
    str, BeforeValidator(_percent), WithJsonSchema({"type": ["string", "number"], "examples": [99.9, "99.9"]})
]
"""A percentage, kept as it was written: 99.9 has no exact binary fraction."""


def _period(text: str) -> str:
    seconds = duration_seconds(text)
    if seconds % GRAIN or seconds > _LONGEST_PERIOD:
        raise refused(
            Refusal(
                allowed="a multiple of 12 hours, at most 90 days: the windows of the alerts are whole seconds of it",
                mend="write for example `30d` or `7d`",
            )
        )
    return text


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error:
        sound = False
    else:
        sound = bool(text) and not _BEYOND_RE2.search(text)
    if not sound:
        raise refused(
            Refusal(
                allowed="a regular expression as Prometheus has them (RE2), for the whole of a label's value",
                mend="write for example `5..` or `GET|HEAD`",
            )
        )
    return text


Pattern = Annotated[str, AfterValidator(_pattern), Field(examples=["5.."])]
"""A regular expression over the whole of a label's value."""


class Counter(Spec):
    """A counter of the workload, and which of its series are meant; those of other workloads never are."""

    metric: Annotated[MetricName, Field(examples=["http_requests_total"])]
    """The counter's name."""

    where: Mapping[LabelName, Pattern] = Field(default={}, examples=[{"code": "5.."}])
    """Labels whose values match these expressions."""

    unless: Mapping[LabelName, Pattern] = Field(default={}, examples=[{"handler": "/health"}])
    """Labels whose values do not match these."""


class Indicator(Spec):
    """Which requests are counted, and which of them failed."""

    requests: Counter
    """All requests that the promise is about."""

    errors: Counter
    """Those that failed; a part of `requests`."""


class Slo(Spec):
    """A share of requests that are answered well over a period. The rest is the error budget, and alerts guard it."""

    availability: Percent = defaults.AVAILABILITY["prod"]
    """Percent of requests that do not fail."""

    period: Annotated[Duration, AfterValidator(_period), Field(examples=["30d"])] = defaults.SLO_PERIOD
    """How long the error budget has to last; the windows of the alerts are shares of it."""

    indicator: Indicator | None = None
    """The metrics to judge by; left out, `application_requests_total` with answers of status 5xx as errors, probes not
    counted."""
