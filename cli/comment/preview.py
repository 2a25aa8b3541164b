"""A recorded preview, read into what the comment tells: steps, findings, diagnostics."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from cli.failures import BadInputError
from cli.plain import mapping, sequence, text
from cli.recording import FORMAT

# The engine tells a replacement in three steps; the first names the resource, and its order decides.
OPERATION_OF = {"create-replacement": "replace", "delete-replaced": "replace", "import-replacement": "replace"}

CHANGES = ("replace", "delete", "create", "update", "import")

_MESSAGE = re.compile(
    r"(?P<rule>[a-z0-9][a-z0-9-]*) \((?P<severity>[a-z]+)\): (?P<told>.*?)"
    r"(?: Mend: (?P<mend>.*?))?(?: \[(?P<urn>urn:pulumi:.*)\])?",
    re.DOTALL,
)


@dataclass(frozen=True)
class Step:
    """What happens to one resource.

    Attributes:
        operation: One of `CHANGES`.
        urn: The resource.
        old: Its inputs now; empty for a new one.
        new: Its inputs then; empty for one that goes.
        forces: The paths whose change forces a replacement.
        changed: The paths that the provider says change.
        protected: The state protects it from deletion.
    """

    operation: str
    urn: str
    old: Mapping[str, Any] = field(default_factory=dict[str, Any])
    new: Mapping[str, Any] = field(default_factory=dict[str, Any])
    forces: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    protected: bool = False

    @property
    def type(self) -> str:
        """The engine's type token, without the parents' types that a URN carries."""
        return self.urn.split("::")[2].rpartition("$")[2] if self.urn.count("::") >= 3 else ""

    @property
    def kind(self) -> str:
        """The type's last part: `Deployment`."""
        return self.type.rpartition(":")[2]

    @property
    def name(self) -> str:
        """The object's own name where it has one, with its namespace; else the resource's name."""
        metadata = mapping((self.new or self.old).get("metadata"))
        named = text(metadata.get("name"))
        if not named:
            return self.urn.rpartition("::")[2]
        namespace = text(metadata.get("namespace"))
        return f"{namespace}/{named}" if namespace else named


# What could not be judged, because the update has to make the values first; the SDK reports it as advice.
_NOT_CHECKED = re.compile(r"(?P<told>not checked yet\b.*?)(?: \[(?P<urn>urn:pulumi:.*)\])?", re.DOTALL)
NOT_CHECKED = "not checked yet"


@dataclass(frozen=True)
class Finding:
    """What a policy found. `level` is the engine's (`mandatory`, `advisory`) or `NOT_CHECKED`; `mend` may be empty."""

    level: str
    rule: str
    resource: str
    told: str
    mend: str


@dataclass(frozen=True)
class Diagnostic:
    """A message of the run, about one resource or (empty URN) about the whole."""

    severity: str
    urn: str
    message: str


@dataclass(frozen=True)
class Preview:
    """One stack's preview.

    Attributes:
        stack: Its name.
        commit: The checkout's.
        time: When, as ISO 8601 in UTC.
        failed: Whether it failed.
        error: Why, where no diagnostic says so.
        steps: What changes.
        findings: What the policies found.
        diagnostics: What else was told.
        cost: What a month costs and how that changes; empty where nobody says.
    """

    stack: str
    commit: str
    time: str
    failed: bool
    error: str
    steps: tuple[Step, ...]
    findings: tuple[Finding, ...]
    diagnostics: tuple[Diagnostic, ...]
    cost: str

    def count(self, operation: str) -> int:
        """How many resources this happens to."""
        return sum(step.operation == operation for step in self.steps)


def read_preview(content: str, name: str) -> Preview:
    """Read the file that `slipway preview --json --out` wrote; `name` is the file's, for messages.

    Raises:
        BadInputError: it is no such file.
    """
    try:
        document = mapping(json.loads(content))
    except json.JSONDecodeError as error:
        document = {}
        found = f"no JSON ({error})"
    else:
        found = f"a document of format {document.get('format')!r}"
    if document.get("format") != FORMAT:
        raise BadInputError(
            f"{name}: {found}\n  allowed: format {FORMAT!r}\n"
            f"  mend: write it with `slipway preview --json --out {name}`, of this version of slipway"
        )
    events = [mapping(event) for event in sequence(document.get("events"))]
    return Preview(
        stack=text(document.get("stack")),
        commit=text(document.get("commit")),
        time=text(document.get("time")),
        failed=bool(document.get("failed")),
        error=text(document.get("error")),
        steps=tuple(_steps(events)),
        findings=tuple(dict.fromkeys(_findings(events))),
        diagnostics=tuple(dict.fromkeys(_diagnostics(events))),
        cost=text(document.get("cost")),
    )


def _steps(events: Iterable[Mapping[str, Any]]) -> Iterator[Step]:
    """One step per changed resource; components, providers and the stack are told by what they hold."""
    seen: set[str] = set()
    for event in events:
        metadata = mapping(mapping(event.get("resourcePreEvent")).get("metadata"))
        operation = OPERATION_OF.get(text(metadata.get("op")), text(metadata.get("op")))
        old, new = mapping(metadata.get("old")), mapping(metadata.get("new"))
        urn = text(metadata.get("urn"))
        custom = bool((new or old).get("custom"))
        if operation not in CHANGES or not custom or urn in seen or text(metadata.get("type")).startswith("pulumi:"):
            continue
        seen.add(urn)
        detailed = mapping(metadata.get("detailedDiff"))
        forces = [path for path, diff in detailed.items() if text(mapping(diff).get("diffKind")).endswith("-replace")]
        yield Step(
            operation=operation,
            urn=urn,
            old=mapping(old.get("inputs")) if operation != "create" else {},
            new=mapping(new.get("inputs")) if operation != "delete" else {},
            forces=tuple(forces or (text(key) for key in sequence(metadata.get("keys")))),
            changed=tuple(detailed),
            protected=bool(old.get("protect")),
        )


def _findings(events: Iterable[Mapping[str, Any]]) -> Iterator[Finding]:
    for event in events:
        policy = mapping(event.get("policyEvent"))
        if not policy:
            continue
        yield _finding(
            text(policy.get("message")).strip(),
            level=text(policy.get("enforcementLevel")),
            policy=text(policy.get("policyName")),
            urn=text(policy.get("resourceUrn")),
        )


def _finding(message: str, *, level: str, policy: str, urn: str) -> Finding:
    # The engine puts the policy's description on lines of its own above the message.
    for candidate in (message.rpartition("\n")[2], message):
        if found := _MESSAGE.fullmatch(candidate):
            return Finding(level, found["rule"], short_name(found["urn"] or urn), found["told"], found["mend"] or "")
    at = message.find(NOT_CHECKED)
    if at >= 0 and (found := _NOT_CHECKED.fullmatch(message[at:])):
        return Finding(NOT_CHECKED, policy, short_name(found["urn"] or urn), found["told"], "")
    return Finding(level, policy, short_name(urn), message, "")


def _diagnostics(events: Iterable[Mapping[str, Any]]) -> Iterator[Diagnostic]:
    for event in events:
        if diagnostic := mapping(event.get("diagnosticEvent")):
            severity = text(diagnostic.get("severity"))
            if severity in ("error", "warning") and not diagnostic.get("ephemeral"):
                yield Diagnostic(severity, text(diagnostic.get("urn")), text(diagnostic.get("message")).strip())
        if error := text(mapping(event.get("errorEvent")).get("error")):
            yield Diagnostic("error", "", error.strip())


def short_name(urn: str) -> str:
    """`Deployment python-api` for a URN; the stack for the stack's own."""
    if not urn:
        return "the stack"
    step = Step("", urn)
    return "the stack" if step.kind == "Stack" else f"{step.kind} {step.name}".strip()
