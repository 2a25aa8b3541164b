"""What a workload may do against a rule of the guardrails, for a while."""

import datetime
import re
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from components.spec.base import Spec
from components.spec.refusal import Refusal, refused
from components.spec.values import matching

RULE_LIMIT = 45
"""Longer than any rule's id; the annotation that carries it may have 63 characters after its `/`."""

_RULE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


def _day(value: object) -> object:
    # YAML takes an unquoted day for a date of its own.
    return value.isoformat() if type(value) is datetime.date else value


def _date(text: str) -> str:
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        raise refused(
            Refusal(allowed="a day, as year, month and day", mend="write for example `'2027-01-31'`")
        ) from None
    return text


def _said(text: str) -> str:
    if not text.strip():
        raise refused(Refusal(allowed="a text that says something", mend="say it in a few words"))
    return text


Said = Annotated[str, AfterValidator(_said)]
"""A text that says something."""

Day = Annotated[str, BeforeValidator(_day), AfterValidator(_date), Field(examples=["2027-01-31"])]
"""A day, as year, month and day."""


class Waiver(Spec):
    """A rule of the guardrails that does not hold for this workload, for a while, for a reason."""

    rule: Annotated[
        str,
        matching(_RULE, RULE_LIMIT, "lower-case words joined by `-`", "read-only-rootfs"),
        Field(examples=["read-only-rootfs"]),
    ]
    """The rule's id, as in the catalogue."""

    reason: Annotated[Said, Field(examples=["writes its cache beside its program until version 3"])]
    """Why it is accepted."""

    owner: Annotated[Said, Field(examples=["team-shop"])]
    """Who answers for it."""

    expires: Day
    """The last day on which it counts. After it the finding is back, with this date."""

    ticket: Annotated[Said, Field(examples=["SHOP-12"])] | None = None
    """Where it is followed up."""
