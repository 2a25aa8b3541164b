"""Times that come round: a schedule of five fields, as a CronJob takes it.

The grammar is that of https://pkg.go.dev/github.com/robfig/cron/v3, which Kubernetes reads schedules with, without its
macros: lists, ranges and steps of numbers, and English names of months and weekdays. Where both a day of the month and
a weekday are named, either is enough.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from itertools import pairwise
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field

from components.spec.refusal import Refusal, refused

HOURS_A_MONTH = 730
"""Hours of a month on average: 365 days of 24 hours, in twelve parts. The large clouds' calculators of prices take the
same."""

_CYCLE = (date(2001, 1, 1), date(2029, 1, 1))
"""28 years: every date of the calendar falls on every weekday in them."""

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_LONGEST = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_PART = re.compile(r"(?:\*|(?P<first>\w+)(?:-(?P<last>\w+))?)(?:/(?P<step>\d{1,4}))?")
_ANY = re.compile(r"\*(/0*1)?")
_ZONE = re.compile(r"[A-Z][-+A-Za-z0-9_]*(/[-+A-Za-z0-9_]+){0,2}")


@dataclass(frozen=True)
class _Field:
    """One of the five: its name, the least and the greatest number, and names that stand for numbers."""

    name: str
    least: int
    most: int
    names: Mapping[str, int]


_FIELDS = (
    _Field("minute", 0, 59, {}),
    _Field("hour", 0, 23, {}),
    _Field("day of the month", 1, 31, {}),
    _Field("month", 1, 12, {name: number for number, name in enumerate(_MONTHS, 1)}),
    _Field("weekday", 0, 6, {name: number for number, name in enumerate(_WEEKDAYS)}),
)


@dataclass(frozen=True)
class Cron:
    """When a schedule comes round.

    Attributes:
        minutes: of each of its hours.
        hours: of each of its days.
        days: of the month.
        months: 1 is January.
        weekdays: 0 is Sunday.
        any_day: whether the days of the month say nothing.
        any_weekday: whether the weekdays say nothing.
    """

    minutes: frozenset[int]
    hours: frozenset[int]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    any_day: bool
    any_weekday: bool

    @property
    def ever(self) -> bool:
        """Whether it comes round at all: there is no 31 February."""
        dates = any(day <= _LONGEST[month - 1] for month in self.months for day in self.days)
        return dates or not self.any_weekday

    @property
    def shortest_gap(self) -> int:
        """Seconds from one time to the next, at least: as if it came round every day."""
        times = sorted(hour * 60 + minute for hour in self.hours for minute in self.minutes)
        return 60 * min(later - sooner for sooner, later in pairwise([*times, times[0] + 24 * 60]))

    @property
    def times_a_month(self) -> float:
        """How often it comes round in `HOURS_A_MONTH`, on average over the years."""
        first, end = _CYCLE
        share = sum(self._on(day) for day in _days()) / (end - first).days
        return share * len(self.minutes) * len(self.hours) * HOURS_A_MONTH / 24

    def _on(self, day: date) -> bool:
        if day.month not in self.months:
            return False
        dated, weekday = day.day in self.days, day.isoweekday() % 7 in self.weekdays
        return dated and weekday if self.any_day or self.any_weekday else dated or weekday


@cache
def _days() -> Sequence[date]:
    first, end = _CYCLE
    return [first + timedelta(days) for days in range((end - first).days)]


def read_cron(text: str) -> Cron:
    """Reads a schedule.

    Raises:
        PydanticCustomError: it is none, or never comes round.
    """
    fields = text.split()
    if len(fields) != len(_FIELDS):
        raise refused(
            Refusal(
                allowed=f"five fields: {', '.join(field.name for field in _FIELDS)}",
                mend="write for example `0 3 * * *` for every night at three",
            )
        )
    read = [_numbers(field, written) for field, written in zip(_FIELDS, fields, strict=True)]
    minutes, hours, days, months, weekdays = (frozenset(numbers) for numbers in read)
    found = Cron(minutes, hours, days, months, weekdays, _says_nothing(fields[2]), _says_nothing(fields[4]))
    if not found.ever:
        raise refused(
            Refusal(
                allowed="a schedule that comes round: none of its months has such a day",
                mend="correct the day or the month: 29 February comes every four years, 31 February never",
            )
        )
    return found


def _says_nothing(written: str) -> bool:
    return any(_ANY.fullmatch(part) for part in written.split(","))


def _numbers(field: _Field, written: str) -> Iterator[int]:
    for part in written.split(","):
        yield from _range(field, part)


def _range(field: _Field, written: str) -> range:
    found = _PART.fullmatch(written)
    step = int(found["step"] or 1) if found else 1
    first = last = None
    if found and found["first"] is None:
        first, last = field.least, field.most
    elif found:
        first = _number(field, found["first"])
        # `5/15` goes on to the end, and `5` does not.
        last = _number(field, found["last"]) if found["last"] else field.most if found["step"] else first
    if found is None or first is None or last is None or not field.least <= first <= last <= field.most:
        raise refused(
            Refusal(
                found=f"{written!r} as the {field.name}",
                allowed=f"numbers from {field.least} to {field.most}, with `,`, `-`, `/` and `*`{_names(field)}",
                mend=f"write for example `{field.least}-{field.most}` or `*/2`",
            )
        )
    if not 1 <= step <= field.most - field.least + 1:
        raise refused(
            Refusal(
                found=f"{written!r} as the {field.name}",
                allowed=f"a step from 1 to {field.most - field.least + 1}: each field begins anew after {field.most}",
                mend="state the times one by one, or give each its own job",
            )
        )
    return range(first, last + 1, step)


def _number(field: _Field, word: str) -> int | None:
    return int(word) if word.isascii() and word.isdigit() else field.names.get(word.upper())


def _names(field: _Field) -> str:
    return f", or names such as `{next(iter(field.names))}`" if field.names else ""


def _cron(text: str) -> str:
    read_cron(text)
    return " ".join(text.split())


def _zone(text: str) -> str:
    if not _ZONE.fullmatch(text) or text == "Local" or (_knows("Etc/UTC") and not _knows(text)):
        raise refused(
            Refusal(
                allowed="a time zone of the IANA database, such as `Europe/Berlin`",
                mend="write for example `Etc/UTC`, which has no summer time",
            )
        )
    return text


def repeats_hours(zone: str) -> bool:
    """Whether a time zone has an hour twice a year, or may have: a machine without the database cannot tell."""
    if not _knows(zone):
        return True
    there = ZoneInfo(zone)
    return len({datetime(2027, month, 1, tzinfo=there).utcoffset() for month in range(1, 13)}) > 1


def _knows(zone: str) -> bool:
    """Whether this machine has a time zone; one without the database has none."""
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, OSError):
        return False
    return True


CronText = Annotated[str, AfterValidator(_cron), Field(examples=["0 3 * * *"])]
"""Minute, hour, day of the month, month and weekday."""

TimeZone = Annotated[str, AfterValidator(_zone), Field(examples=["Europe/Berlin"])]
"""The name of a time zone."""
