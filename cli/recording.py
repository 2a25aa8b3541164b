"""The file that carries a preview from the job that ran it to the one that comments on it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cli.events import Event
from cli.plain import mapping

FORMAT = "slipway-preview/1"

# What the comment is made of; everything else among the engine's events only repeats it, or is progress.
KEPT_EVENTS = ("diagnosticEvent", "policyEvent", "resourcePreEvent", "summaryEvent", "errorEvent")


def document(
    *, stack: str, commit: str | None, time: str, error: str | None, events: Iterable[Event], cost: str = ""
) -> dict[str, Any]:
    """What `slipway preview --json` writes and `slipway preview-comment` reads.

    Args:
        stack: The stack's name.
        commit: The checkout's commit, if it is known.
        time: When, as ISO 8601 in UTC.
        error: Why the preview failed; empty when the events say so themselves, None when it did not fail.
        events: What the engine told, secrets masked by it.
        cost: What a month costs and how that changes; empty where nobody says.

    Returns:
        The keys `format`, `stack`, `commit`, `time`, `failed`, `error`, `events`, `cost`.
    """
    return {
        "format": FORMAT,
        "stack": stack,
        "commit": commit or "",
        "time": time,
        "failed": error is not None,
        "error": error or "",
        "events": [event for event in events if _kept(event)],
        "cost": cost,
    }


def _kept(event: Event) -> bool:
    """Whether the comment needs it; an unchanged resource is only counted."""
    if "resourcePreEvent" in event:
        return mapping(mapping(event["resourcePreEvent"]).get("metadata")).get("op") != "same"
    return any(kind in event for kind in KEPT_EVENTS)
