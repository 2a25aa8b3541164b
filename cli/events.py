"""The engine's events: what it did to which resource, what the policies found, how it ended.

They are the one place where policy findings come as data: `pulumi preview --json` leaves them out. Secret values in
them are masked by the engine.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast

from cli.plain import mapping

Event = Mapping[str, Any]

# The CLI offers `--event-log` only with this.
DEBUG_VARIABLE = {"PULUMI_DEBUG_COMMANDS": "true"}

STACK_TYPE = "pulumi:pulumi:Stack"

# The engine's operations in words, in the order in which they are told: what loses something first.
OPERATIONS = {
    "delete": "deleted",
    "replace": "replaced",
    "create": "created",
    "update": "updated",
    "import": "imported",
    "read": "read",
    "refresh": "refreshed",
    "same": "unchanged",
}


@dataclass(frozen=True)
class Summary:
    """How a run ended: `counts` by the engine's operation, `seconds` of wall time."""

    counts: Mapping[str, int]
    seconds: int


def summary(events: Iterable[Event]) -> Summary | None:
    """The summary, or None when the engine did not get that far."""
    for event in events:
        if told := event.get("summaryEvent"):
            counts = {name: int(count) for name, count in mapping(told.get("resourceChanges")).items()}
            return Summary(counts, int(told.get("durationSeconds") or 0))
    return None


def stack_outputs(events: Iterable[Event], when: Literal["old", "new"] = "new") -> dict[str, Any]:
    """The stack's outputs as the run found or left them, secrets masked."""
    outputs: dict[str, Any] = {}
    for event in events:
        metadata = mapping(mapping(event.get("resOutputsEvent")).get("metadata"))
        if metadata.get("type") == STACK_TYPE:
            outputs = mapping(mapping(metadata.get(when)).get("outputs")) or outputs
    return outputs


def errors(events: Iterable[Event]) -> str:
    """The errors, one a line, each after the type and name of its resource."""
    lines: list[str] = []
    for event in events:
        diagnostic = mapping(event.get("diagnosticEvent"))
        if diagnostic.get("severity") == "error":
            about = " ".join(str(diagnostic.get("urn", "")).split("::")[2:])
            lines.append(f"{about.rpartition('$')[2]} {diagnostic.get('message', '')}".strip())
    return "\n".join(lines)


def failed_images(events: Iterable[Event]) -> list[str]:
    """The names, with their registries, of the images whose build or push failed."""
    found: list[str] = []
    for event in events:
        failed = mapping(mapping(event.get("resOpFailedEvent")).get("metadata"))
        if failed.get("type") == "docker-build:index:Image":
            tags = mapping(mapping(failed.get("new")).get("inputs")).get("tags")
            found += [str(tag) for tag in cast("list[object]", tags)] if isinstance(tags, list) else []
    return found


def counts_in_words(counts: Mapping[str, int]) -> str:
    """`1 created, 12 unchanged`; operations without resources are left out, and unknown ones keep their name."""
    known = [(counts.get(name, 0), word) for name, word in OPERATIONS.items()]
    other = [(count, name) for name, count in counts.items() if name not in OPERATIONS]
    told = [f"{count} {word}" for count, word in [*known, *other] if count]
    return ", ".join(told) or "nothing to do"
