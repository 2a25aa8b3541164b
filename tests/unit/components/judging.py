"""What the rules that production requires say of declared resources, each by itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from policies.asking import Questions
from policies.catalogue import SINGLE_RULES
from policies.plain import Path, plain
from policies.settings import WORKLOADS_LEVELS, load
from tests.unit.components.recorder import Recording


@dataclass(frozen=True)
class Judged:
    """A verdict.

    Attributes:
        concerned: The names of the resources that some rule looks at.
        found: Name of a resource and id of a rule for each objection.
    """

    concerned: frozenset[str]
    found: tuple[tuple[str, str], ...]


def judged(recording: Recording, registry: str) -> Judged:
    """The verdict on everything that was declared; images may come from the registry's folder."""
    asked = load({"allowedRegistries": [registry]}, SINGLE_RULES, WORKLOADS_LEVELS)
    required = [rule for rule in SINGLE_RULES.values() if asked.level(rule.about) not in ("disabled", "advisory")]
    questions = Questions(required, asked.parameters)
    concerned = [each for each in recording.resources if questions.concern(each.type)]
    found = tuple(
        (each.name, finding.about.id)
        for each in concerned
        for finding in questions.of_resource(each.type, *_plain(each.inputs), {})
    )
    return Judged(frozenset(each.name for each in concerned), found)


def _plain(inputs: dict[str, Any]) -> tuple[dict[str, object], frozenset[Path]]:
    body, secrets = plain(inputs)
    return cast("dict[str, object]", body), secrets
