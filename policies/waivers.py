"""Waivers: what is accepted all the same, for a while, by somebody, for a reason. Data, and never silent."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Literal, cast

from policies.finding import Finding
from policies.names import metadata_text
from policies.rule import Severity
from policies.schema import Schema, problems
from policies.values.image import ImageReference
from policies.values.waiver import ANNOTATION, COMPONENT
from policies.view import Manifest

Source = Literal["config", "annotation", "component"]
SOURCES: tuple[Source, ...] = ("config", "annotation", "component")

_OF_COMPONENT = "slipway:index:Workload$"
"""What is in the URN of a resource that slipway's own component made."""

_TEXT: Schema = {"type": "string"}
_DATE: Schema = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\d$", "description": "a date such as 2027-01-31"}
_SAID: dict[str, Schema] = {"reason": _TEXT, "owner": _TEXT, "expires": _DATE, "ticket": _TEXT, "image": _TEXT}
_SELECTED: dict[str, Schema] = {
    "rule": _TEXT,
    "urn": _TEXT,
    "kind": _TEXT,
    "namespace": _TEXT,
    "name": _TEXT,
    "path": _TEXT,
    "labels": {"type": "object", "additionalProperties": _TEXT},
}
_NEEDED = ("reason", "owner", "expires")

SCHEMA: Schema = {
    "type": "array",
    "description": "What is accepted all the same: rule, selector, reason, owner, expiry, ticket.",
    "items": {"type": "object", "properties": {**_SELECTED, **_SAID}, "additionalProperties": False},
}


@dataclass(frozen=True, slots=True)
class Waiver:
    """One waiver. What its selector does not say, matches all.

    Attributes:
        rule: The rule.
        reason: Why it is accepted.
        owner: Who answers for it.
        expires: The last day on which it counts.
        ticket: Where it is followed up; empty: nowhere.
        source: Where it was said.
        urn: A pattern (`*`) for the resource's URN.
        kind: The object's kind.
        namespace: A pattern for its namespace.
        name: A pattern for its name.
        labels: Labels that it must have.
        image: A pattern for the container's image, `registry/repository` in full: a container can be renamed.
        path: A pattern for the field.
    """

    rule: str
    reason: str
    owner: str
    expires: datetime.date
    ticket: str = ""
    source: Source = "config"
    urn: str = ""
    kind: str = ""
    namespace: str = ""
    name: str = ""
    labels: Mapping[str, str] = field(default_factory=dict[str, str])
    image: str = ""
    path: str = ""

    def as_json(self) -> dict[str, object]:
        """What a report says of it."""
        return {
            "reason": self.reason,
            "owner": self.owner,
            "expires": self.expires.isoformat(),
            "ticket": self.ticket,
            "source": self.source,
        }

    def covers(self, finding: Finding, urn: str) -> bool:
        """Whether it is about a finding, whatever the day."""
        if finding.about.id != self.rule or (self.kind and finding.manifest.kind != self.kind):
            return False
        named = (
            (self.urn, urn),
            (self.namespace, metadata_text(finding.manifest.body, "namespace")),
            (self.name, metadata_text(finding.manifest.body, "name")),
            (self.path, finding.where()),
            (self.image, _image(finding) if self.image else None),
        )
        if any(pattern and not (isinstance(text, str) and fnmatchcase(text, pattern)) for pattern, text in named):
            return False
        labels = _metadata(finding.manifest, "labels")
        return all(labels.get(key) == value for key, value in self.labels.items())


@dataclass(frozen=True, slots=True)
class Answer:
    """What the waivers say of a finding.

    Attributes:
        waiver: The one that excuses it; None when none does.
        note: Why one that is about it does not count.
    """

    waiver: Waiver | None = None
    note: str = ""


class Waivers:
    """The waivers of a run.

    Args:
        waivers: Those of the configuration.
        sources: From where waivers count.
        never: Severities that nothing excuses.
        today: The day; the machine's own by default.
    """

    def __init__(
        self,
        waivers: Iterable[Waiver] = (),
        sources: Iterable[str] = SOURCES,
        never: Iterable[str] = (),
        today: datetime.date | None = None,
    ) -> None:
        self.waivers = tuple(waivers)
        self.used: set[int] = set()
        self._sources = frozenset(sources)
        self._never: frozenset[str] = frozenset(never)
        self._today = today or datetime.datetime.now(datetime.UTC).date()
        self._rules = frozenset(waiver.rule for waiver in self.waivers)

    def answer(self, finding: Finding, urn: str = "") -> Answer:
        """Asks all waivers about a finding.

        Args:
            finding: The finding.
            urn: The resource's URN, where there is one.

        Returns:
            The waiver that excuses it, or why one does not.
        """
        note = ""
        for index, waiver in self._about(finding):
            if not waiver.covers(finding, urn):
                continue
            if index is not None:
                self.used.add(index)
            severity: Severity = finding.about.severity
            # Anybody can write into an annotation that a component has said it; a program's URNs show the truth.
            forged = waiver.source == COMPONENT and bool(urn) and _OF_COMPONENT not in urn
            source = "annotation" if forged else waiver.source
            if source not in self._sources:
                note = f"a waiver from the {source} does not count here"
            elif severity in self._never:
                note = f"a waiver does not count, since nothing excuses a {severity} finding here"
            elif waiver.expires < self._today:
                note = f"its waiver expired on {waiver.expires.isoformat()}"
            else:
                return Answer(waiver)
        return Answer(None, note)

    def notes(self, used: set[int]) -> list[str]:
        """What is to be said of the configuration's waivers after a run: those that nothing needed.

        Args:
            used: The numbers of those that were about something.

        Returns:
            A sentence for each.
        """
        return [
            f"the waiver of {waiver.rule} by {waiver.owner} (until {waiver.expires.isoformat()}) is not needed: "
            "nothing violates the rule there"
            for index, waiver in enumerate(self.waivers)
            if index not in used
        ]

    def of_object(self, manifest: Manifest, rules: Mapping[str, bool]) -> list[str]:
        """What is to be said of an object's own waivers: those that nothing needed, and those that are none.

        Args:
            manifest: The object.
            rules: By rule that looks at it: whether it is violated.

        Returns:
            A sentence for each.
        """
        notes: list[str] = []
        for name, text in _metadata(manifest, "annotations").items():
            rule = name.removeprefix(ANNOTATION)
            if rule == name:
                continue
            waiver, problem = _annotated(rule, text)
            where = f"{manifest.kind} {manifest.name or '(no name)'}"
            if waiver is None:
                notes.append(f"the annotation {name} of {where} excuses nothing: it {problem}")
            elif not rules.get(rule, True):
                notes.append(
                    f"the waiver of {rule} by {waiver.owner} (until {waiver.expires.isoformat()}) on {where} is not "
                    "needed: nothing violates the rule there"
                )
        return notes

    def _about(self, finding: Finding) -> Iterator[tuple[int | None, Waiver]]:
        if finding.about.id in self._rules:
            yield from enumerate(self.waivers)
        text = _metadata(finding.manifest, "annotations").get(f"{ANNOTATION}{finding.about.id}")
        waiver, _ = _annotated(finding.about.id, text)
        if waiver is not None:
            yield None, waiver


def carries_waivers(manifest: Manifest) -> bool:
    """Whether an object has an annotation that is meant as a waiver."""
    return any(name.startswith(ANNOTATION) for name in _metadata(manifest, "annotations"))


def read(entries: object) -> tuple[list[Waiver], list[str]]:
    """Reads the waivers of a configuration.

    Args:
        entries: A list of objects.

    Returns:
        The waivers, and a sentence for each problem.
    """
    found = list(problems(entries, SCHEMA, "waivers"))
    if found:
        return [], found
    made: list[Waiver] = []
    for index, entry in enumerate(cast("list[dict[str, object]]", entries)):
        waiver, problem = _waiver(entry, "config")
        if waiver is None:
            found.append(f"waivers[{index}] {problem}")
        else:
            made.append(waiver)
    return made, found


def _waiver(entry: dict[str, object], source: Source) -> tuple[Waiver | None, str]:
    missing = [name for name in ("rule", *_NEEDED) if not str(entry.get(name, "")).strip()]
    if missing:
        return None, f"lacks {', '.join(missing)}"
    try:
        expires = datetime.date.fromisoformat(str(entry["expires"]))
    except ValueError:
        return None, "has an expiry that is no date such as 2027-01-31"
    return Waiver(**{**cast("dict[str, str]", entry), "expires": expires, "source": source}), ""  # type: ignore[arg-type] # checked against the schema


def _annotated(rule: str, text: object) -> tuple[Waiver | None, str]:
    """The waiver that an annotation is, or why it is none."""
    try:
        entry: object = json.loads(text) if isinstance(text, str) else None
    except ValueError:
        return None, "is no JSON"
    properties: dict[str, Schema] = {**_SAID, "path": _TEXT, "source": {"type": "string", "enum": [COMPONENT]}}
    schema: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    found = next(problems(entry, schema, "there"), None)
    if found is not None:
        return None, f"holds what a waiver does not: {found}"
    said = {**cast("dict[str, object]", entry), "rule": rule}
    return _waiver(said, COMPONENT if said.pop("source", None) else "annotation")


def _metadata(manifest: Manifest, part: str) -> dict[str, object]:
    metadata = manifest.body.get("metadata")
    found = cast("dict[str, object]", metadata).get(part) if isinstance(metadata, dict) else None
    return cast("dict[str, object]", found) if isinstance(found, dict) else {}


def _image(finding: Finding) -> str | None:
    container = finding.container
    if container is None or not isinstance(container.body, dict):
        return None
    image = container.body.get("image")
    try:
        return ImageReference.parse(image).name if isinstance(image, str) else None
    except ValueError:
        return None
