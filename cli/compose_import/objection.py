"""What a proposal changes, or cannot take over, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Objection:
    """One thing that is not as the Compose file has it.

    Attributes:
        place: Where it stands in the Compose file.
        found: What stands there.
        mend: What the proposal has instead, or what is left to do.
        rule: The guardrail that refuses it, by its id; None where no rule does.
    """

    place: str
    found: str
    mend: str
    rule: str | None = None

    def __str__(self) -> str:
        rule = f" [{self.rule}]" if self.rule else ""
        return f"{self.place}: {self.found}{rule}\n  {self.mend}"


@dataclass(frozen=True)
class Proposal:
    """A stack file, and what to know before it is used.

    Attributes:
        config: The values of `config:`, as YAML has them.
        objections: What is not as it was, in the order of the Compose file.
    """

    config: Mapping[str, object]
    objections: tuple[Objection, ...]
