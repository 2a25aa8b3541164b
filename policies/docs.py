"""The catalogue's pages, made of the rules themselves."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import cast

from policies.admission import reasons
from policies.catalogue import FAMILIES, POD_RULES, Family, python_only_rules
from policies.left_out import LEFT_OUT
from policies.mendings import MENDINGS
from policies.rule import Level, Rule, Tier

_SYSTEMS = {
    "PSA": "Pod Security Admission",
    "KYV": "Kyverno",
    "GK": "Gatekeeper",
    "KL": "kube-linter",
    "KS": "kube-score",
    "POL": "Polaris",
    "CKV": "checkov",
    "TRV": "Trivy",
    "KSC": "Kubescape",
    "PUL": "Pulumi's pack",
}
_LEVELS: dict[Level, str] = {"own": "required", "advisory": "advice", "disabled": "off"}
_WRITTEN = "Written by `python -m policies docs docs/policies` from the rules themselves."
_TIERS: tuple[Tier, ...] = ("dev", "staging", "prod")


def pages() -> dict[str, str]:
    """Every page of the catalogue.

    Returns:
        File name to text.
    """
    return {f"{family.name.replace('_', '-')}.md": _page(family) for family in FAMILIES} | {"README.md": _index()}


def _index() -> str:
    lines = [
        "# The catalogue of rules",
        "",
        _WRITTEN,
        "",
        "In a tier a rule is required (it has the level of its policy), advice, or off; a configuration can give any "
        "rule another level.",
        "",
        "| rule | severity | profiles | dev | staging | prod | what |",
        "|---|---|---|---|---|---|---|",
    ]
    for family in FAMILIES:
        for rule in family.rules:
            about = rule.about
            levels = " | ".join(_LEVELS[about.levels[tier]] for tier in _TIERS)
            link = f"{family.name.replace('_', '-')}.md#{about.id}"
            profiles = ", ".join(about.profiles)
            lines.append(f"| [`{about.id}`]({link}) | {about.severity} | {profiles} | {levels} | {about.title} |")
    lines += [
        "",
        "## Rules that admission leaves out",
        "",
        "Those that are more than data no other language can be given; and some that are data ask about what the API "
        "server has changed by then.",
        "",
        "| rule | why |",
        "|---|---|",
        *(f"| `{rule_id}` | {reason} |" for rule_id, reason in _left_out().items()),
        "",
        "## What is left out",
        "",
        "Other tools have these checks. They need a running cluster, or what is in an image.",
        "",
        "| check | why not |",
        "|---|---|",
        *(f"| `{check}` | {reason} |" for check, reason in LEFT_OUT.items()),
        "",
    ]
    return "\n".join(lines)


def _left_out() -> dict[str, str]:
    """The rules that are no admission policies, with the reason."""
    single = {rule_id: found[0] for rule_id, rule in POD_RULES.items() if (found := reasons(rule))}
    return {**single, **{rule_id: why for rule_id, why in python_only_rules().items() if rule_id not in single}}


def _page(family: Family) -> str:
    lines = [
        f"# {family.title}",
        "",
        _WRITTEN,
        "",
        family.about,
    ]
    for rule in family.rules:
        lines += _section(rule)
    lines += _comparison(family)
    return "\n".join(lines) + "\n"


def _section(rule: Rule) -> list[str]:
    about = rule.about
    levels = ", ".join(f"{_LEVELS[about.levels[tier]]} in {tier}" for tier in _TIERS)
    lines = [
        "",
        f"## {about.id}",
        "",
        f"**{about.title}.** {about.rationale}",
        "",
        f"- Severity {about.severity}; profiles {', '.join(about.profiles)}; {levels}.",
        f"- Mend: {about.mend}.",
    ]
    if about.id in MENDINGS:
        lines.append(f"- `scan --fix` and the level `remediate` mend it: {_lowered(MENDINGS[about.id].about)}")
    if about.decision:
        lines.append(f"- {about.decision}")
    for parameter in rule.parameters:
        lines.append(f"- Setting `{parameter.name}` (default `{json.dumps(parameter.default)}`): {parameter.about}")
    if about.references:
        lines.append("- " + "; ".join(f"{each.framework}: {each.control}" for each in about.references) + ".")
    return [*lines, "", *(f"    {line}" for line in about.snippet.splitlines())]


def _lowered(sentence: str) -> str:
    return sentence[0].lower() + sentence[1:]


def _comparison(family: Family) -> list[str]:
    known = _others()
    rows = [
        f"| `{rule.about.id}` | "
        + " | ".join("yes" if system in known.get(rule.about.id, {}) else "" for system in _SYSTEMS)
        + " |"
        for rule in family.rules
    ]
    head = f"| rule | {' | '.join(_SYSTEMS.values())} |"
    return ["", "## Who else has it", "", head, "|---" * (len(_SYSTEMS) + 1) + "|", *rows]


@cache
def _others() -> dict[str, dict[str, list[str]]]:
    """Which other tools have a rule, by rule and tool, with its name there."""
    file = Path(__file__).with_name("comparison.json")
    return cast("dict[str, dict[str, list[str]]]", json.loads(file.read_text("utf-8")))
