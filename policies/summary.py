"""What a scan comes to."""

from __future__ import annotations

from dataclasses import dataclass, field

from policies.documents import Unreadable
from policies.entry import Entry


@dataclass(slots=True)
class Summary:
    """Counts of a scan.

    Attributes:
        unreadable: What could not be read.
        files: How many files held a document.
        documents: How many documents there were, empty ones included.
        objects: How many objects; an item of a list is one.
        mandatory: Findings that make the scan fail.
        advisory: Findings that do not.
        unknown: Findings that only an update can decide.
        waived: Findings that a waiver excuses.
        known: Findings that the baseline has.
        mended: A line for each finding that `--fix` has mended.
        notes: What else is to be said: waivers that have expired or match nothing, what the baseline has and is gone.
    """

    unreadable: list[Unreadable] = field(default_factory=list[Unreadable])
    files: int = 0
    documents: int = 0
    objects: int = 0
    mandatory: int = 0
    advisory: int = 0
    unknown: int = 0
    waived: int = 0
    known: int = 0
    mended: list[str] = field(default_factory=list[str])
    notes: list[str] = field(default_factory=list[str])

    def count(self, entry: Entry) -> None:
        """Adds one finding."""
        if entry.waived is not None:
            self.waived += 1
        elif entry.verdict == "unknown":
            self.unknown += 1
        elif entry.enforcement == "mandatory":
            self.mandatory += 1
        else:
            self.advisory += 1

    def exit_code(self) -> int:
        """2 when something could not be read, else 1 when a mandatory rule is violated, else 0."""
        return 2 if self.unreadable else int(self.mandatory > 0)

    def line(self) -> str:
        """The counts in a sentence."""
        more = "".join(
            f", {number} {what}"
            for number, what in (
                (self.unknown, "not known yet"),
                (self.waived, "waived"),
                (self.known, "known before"),
                (len(self.mended), "mended"),
            )
            if number
        )
        return (
            f"{self.objects} objects in {self.files} files: {self.mandatory} mandatory and "
            f"{self.advisory} advisory findings{more}, {len(self.unreadable)} not read"
        )

    def as_json(self) -> dict[str, object]:
        """The counts as an object of the JSON report."""
        return {
            "files": self.files,
            "documents": self.documents,
            "objects": self.objects,
            "mandatory": self.mandatory,
            "advisory": self.advisory,
            "unknown": self.unknown,
            "waived": self.waived,
            "known": self.known,
            "mended": self.mended,
            "unreadable": [{"file": each.file, "reason": each.reason} for each in self.unreadable],
            "notes": self.notes,
        }
