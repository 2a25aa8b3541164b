"""`python -m policies scan`: the rules over files, for people and for machines."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import cast

from policies import VERSION
from policies.documents import Document, Unreadable, read
from policies.evaluate import CompiledRules, compile_rules, evaluate
from policies.finding import Finding
from policies.plain import plain
from policies.rule import SingleRule
from policies.settings import Override, Settings
from policies.view import manifests

TOOL = "slipway-policies"


@dataclass(frozen=True, slots=True)
class Located:
    """A finding with the file that it is in.

    Attributes:
        finding: The finding.
        file: The file, as it was named or found.
        document: The document's number in the file, from 0.
        enforcement: The level of its rule.
    """

    finding: Finding
    file: str
    document: int
    enforcement: Override

    def as_json(self) -> dict[str, object]:
        """The finding as an object of the JSON report."""
        finding = self.finding
        return {
            "rule": finding.about.id,
            "severity": finding.about.severity,
            "enforcement": self.enforcement,
            "verdict": finding.verdict,
            "file": self.file,
            "document": self.document,
            "kind": finding.manifest.kind,
            "namespace": finding.object_namespace(),
            "name": finding.object_name(),
            "container": finding.container_name(),
            "path": finding.where(),
            "message": finding.message(),
            "fix": finding.about.snippet,
            "waived": None,
        }


@dataclass(slots=True)
class Report:
    """What a scan found.

    Attributes:
        findings: In the order of files, documents and rules.
        unreadable: What could not be read.
        files: How many files held a document.
        documents: How many documents there were, empty ones included.
        objects: How many Kubernetes objects; an item of a list is one.
    """

    findings: list[Located] = field(default_factory=list[Located])
    unreadable: list[Unreadable] = field(default_factory=list[Unreadable])
    files: int = 0
    documents: int = 0
    objects: int = 0

    def exit_code(self) -> int:
        """2 when something could not be read, else 1 when a mandatory rule is violated, else 0."""
        if self.unreadable:
            return 2
        return 1 if self._count("mandatory") else 0

    def text(self) -> str:
        """The report for people: a line for each finding, and a summary."""
        lines = [
            f"{located.file}[{located.document}] {located.enforcement} {located.finding.about.id} "
            f"({located.finding.about.severity}): {located.finding.message()}"
            for located in self.findings
        ]
        lines += [f"{unreadable.file}: not read: {unreadable.reason}" for unreadable in self.unreadable]
        lines.append(
            f"{self.objects} objects in {self.files} files: {self._count('mandatory')} mandatory and "
            f"{self._count('advisory')} advisory findings, {len(self.unreadable)} not read"
        )
        return "\n".join(lines)

    def json(self) -> str:
        """The report for machines."""
        return json.dumps(
            {
                "tool": TOOL,
                "version": VERSION,
                "findings": [located.as_json() for located in self.findings],
                "summary": {
                    "files": self.files,
                    "documents": self.documents,
                    "objects": self.objects,
                    "mandatory": self._count("mandatory"),
                    "advisory": self._count("advisory"),
                    "unreadable": [{"file": each.file, "reason": each.reason} for each in self.unreadable],
                },
            },
            indent=2,
        )

    def _count(self, level: Override) -> int:
        return sum(located.enforcement == level for located in self.findings)


def scan(paths: Iterable[str], rules: dict[str, SingleRule], settings: Settings, default: Override) -> Report:
    """Asks the rules about every object in files and folders.

    Args:
        paths: Files, folders, or `-` for standard input.
        rules: The rules, by id.
        settings: Their parameters and levels.
        default: The level of rules that the settings do not name.

    Returns:
        The report.
    """
    active = {rule_id: rule for rule_id, rule in rules.items() if settings.asked(rule.about)}
    compiled = compile_rules(active.values(), settings.parameters)
    report = Report()
    last_file = None
    for item in read(paths):
        if isinstance(item, Unreadable):
            report.unreadable.append(item)
            continue
        report.documents += 1
        report.files += item.file != last_file
        last_file = item.file
        for finding in _findings(item, compiled, report):
            level = settings.level(finding.about) or default
            report.findings.append(Located(finding, item.file, item.index, level))
    return report


def _findings(document: Document, rules: CompiledRules, report: Report) -> Iterator[Finding]:
    body, secrets = plain(document.body)
    if isinstance(body, dict):
        for manifest in manifests(cast("dict[str, object]", body), secrets):
            report.objects += bool(manifest.kind)
            yield from evaluate(manifest, rules)
