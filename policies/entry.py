"""One line of a report: a finding with where it is and what it does. Flat, so that processes can pass it on."""

from __future__ import annotations

from typing import NamedTuple

from policies.dockerfile import KIND as DOCKERFILE
from policies.finding import Finding
from policies.rule import Severity
from policies.settings import Override
from policies.truth import Verdict
from policies.view import render
from policies.waivers import Answer

NOT_ASKED = Answer()


class Entry(NamedTuple):
    """A finding in a file; a tuple, which is what processes pass on the fastest.

    Attributes:
        rule: The rule's id.
        severity: How much harm it can do.
        enforcement: What it does.
        verdict: Violated, or not known yet.
        file: The file, as it was named or found.
        document: The document's number in the file, from 0; in a state or a preview, the resource's.
        kind: The object's kind.
        namespace: Its namespace, or None when it is left to the cluster.
        name: Its name, or None.
        container: The container's name, or None.
        path: The field.
        message: What is wrong and how to mend it, in one line.
        fix: The mending in a Pulumi program in Python.
        waived: Why it does not count, or None.
        place: The field as far as it can be named without a position that another line can change.
    """

    rule: str
    severity: Severity
    enforcement: Override
    verdict: Verdict
    file: str
    document: int
    kind: str
    namespace: str | None
    name: str | None
    container: str | None
    path: str
    message: str
    fix: str
    waived: dict[str, object] | None = None
    place: str = ""

    def as_json(self) -> dict[str, object]:
        """The entry as an object of the JSON report."""
        made: dict[str, object] = self._asdict()
        del made["place"]
        return made

    def excuse(self) -> str:
        """Who accepts it until when, and why; empty where nobody does."""
        if self.waived is None:
            return ""
        return f"waived by {self.waived['owner']} until {self.waived['expires']}: {self.waived['reason']}"

    def counts(self) -> bool:
        """Whether it makes the scan fail."""
        return self.enforcement == "mandatory" and self.verdict == "violation" and self.waived is None

    def fingerprint(self) -> str:
        """What makes it the same finding in another run: 32 hexadecimal digits.

        Neither the object's place in its file nor a container's in its list counts; nor does the file, for an object
        that has a name.
        """
        import hashlib  # here, since few reports need it and every scan would wait for it

        where = [self.namespace or "", self.name] if self.name else [self.file, str(self.document)]
        parts = [self.rule, self.kind, *where, self.container or "", self.place]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


def entry(
    finding: Finding,
    file: str,
    document: int,
    enforcement: Override,
    fallback_name: str = "",
    answer: Answer = NOT_ASKED,
) -> Entry:
    """Makes a report's entry of a finding.

    Args:
        finding: The finding.
        file: The file that it is in.
        document: The document's number in it.
        enforcement: What it does.
        fallback_name: What to call an object without a name of its own.
        answer: What the waivers say of it.

    Returns:
        The entry.
    """
    container = finding.container
    container_name = finding.container_name()
    path = finding.path
    if container is not None and container_name:
        own = (*finding.manifest.path, *container.path)
        path = path[len(own) :] if path[: len(own)] == own else path
    else:
        path = path[len(finding.manifest.path) :]
    if finding.manifest.kind == DOCKERFILE and path[0] == "lines":
        # The second step is the number of a line.
        path = (path[0], *path[2:])
    return Entry(
        rule=finding.about.id,
        severity=finding.about.severity,
        enforcement=enforcement,
        verdict=finding.verdict,
        file=file,
        document=document,
        kind=finding.manifest.kind,
        namespace=finding.manifest.namespace,
        name=finding.manifest.name or fallback_name or None,
        container=container_name,
        path=finding.where(),
        message=finding.message(fallback_name) + (f" ({answer.note})" if answer.note else ""),
        fix=finding.about.snippet,
        waived=answer.waiver.as_json() if answer.waiver is not None else None,
        place=render(path),
    )
