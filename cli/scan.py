"""Scans images by hand: what a stack runs, or any image, against what is known today."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import click

from cli import keys
from cli.failures import BadInputError, CommandError
from cli.plain import mapping, sequence, text
from cli.sarif import Row
from cli.workspace import Workspace
from components.manifests.supply_chain import scan_inputs
from components.spec.settings import Settings
from components.spec.supply_chain import SupplyChain
from policies.values.image import ImageReference
from provider.advisories import Finding
from provider.scan import looked_at
from provider.step import RefusedError
from provider.verdict import Rules, Verdict, shown

STEPS = ("supplychain:index:Scan", "supplychain:index:ExternalScan")
"""The steps of a state that say which image is scanned by which SBOM."""


@dataclass(frozen=True)
class Subject:
    """An image to scan.

    Attributes:
        reference: by digest.
        told: what the scan is told: the image, its SBOMs where they are known, and the stack's rules of today.
    """

    reference: str
    told: Mapping[str, Any]


def running(workspace: Workspace, settings: Settings) -> list[Subject]:
    """What a stack runs, by its state.

    Raises:
        CommandError: the stack runs an image that no step has scanned, or nothing.
        ToolchainError: the state cannot be read.
    """
    rules = _rules(workspace, settings)
    state = mapping(json.loads(workspace.engine.ask(["stack", "export", "--stack", workspace.stack])))
    resources = [mapping(each) for each in sequence(mapping(state.get("deployment")).get("resources"))]
    found = [mapping(each.get("inputs")) for each in resources if each.get("type") in STEPS]
    known = {text(each.get("reference")): {name: each[name] for name in _OF_STEP if name in each} for each in found}
    outputs = [mapping(each.get("outputs")) for each in resources if each.get("type") == _STACK]
    runs = {text(image) for each in outputs for image in mapping(each.get("images")).values()}
    if missing := sorted(runs - known.keys()) or ([] if known else [f"nothing that stack {workspace.stack} runs"]):
        raise CommandError(
            f"{', '.join(missing)}: no scan of it is in the state of stack {workspace.stack}\n"
            f"  mend: give {workspace.stack_file.name} `slipway:supplyChain`, and bring it up; "
            "or name an image: `slipway scan IMAGE`"
        )
    return [Subject(reference, {**rules, **told}) for reference, told in sorted(known.items())]


_STACK = "pulumi:pulumi:Stack"
_OF_STEP = ("reference", "insecure", "sbom")


def named(workspace: Workspace, settings: Settings, reference: str) -> Subject:
    """An image of any registry.

    Raises:
        BadInputError: it is not named by digest.
    """
    try:
        image = ImageReference.parse(reference)
    except ValueError as error:
        raise BadInputError(f"{reference} is no image reference: {error}\n  mend: correct it") from error
    if image.digest is None:
        raise BadInputError(f"{reference} names no digest\n  allowed: `registry/repository@sha256:…`\n  mend: add it")
    ours = image.registry == settings.registry.address
    told = {"reference": reference, "insecure": ours and settings.registry.insecure}
    return Subject(reference, {**_rules(workspace, settings), **told})


def _rules(workspace: Workspace, settings: Settings) -> dict[str, Any]:
    return scan_inputs((settings.supply_chain or SupplyChain()).scan, workspace.checkout, keys.today())


def scan(subject: Subject) -> tuple[Verdict, list[Row]]:
    """Scan an image, and say what was found.

    Returns:
        What was found, and the same for a report.

    Raises:
        CommandError: it cannot be scanned.
        ToolchainError: the registry, or syft, cannot be had.
    """
    try:
        rules, verdict = looked_at(subject.told)
    except RefusedError as error:
        raise CommandError(str(error)) from error
    counts = ", ".join(f"{count} {severity}" for severity, count in verdict.counts().items()) or "no findings"
    click.echo(f"{subject.reference}  {verdict.checked} packages checked: {counts}")
    for word, findings in (("refused", verdict.refused), ("waived", verdict.waived), ("passed", verdict.passed)):
        for each in findings:
            first, *rest = shown(each, rules)
            click.echo("\n".join((f"  {word}  {first}", *(f"    {line}" for line in rest))))
    return verdict, [_row(subject, each, rules) for each in (*verdict.refused, *verdict.waived, *verdict.passed)]


def _row(subject: Subject, found: Finding, rules: Rules) -> Row:
    waiver = next((each for each in rules.waivers if each.meets(found)), None)
    name = f"{found.package} {found.version}".strip()
    return Row(
        rule=found.advisory,
        severity=found.severity,
        message=f"{name} ({found.ecosystem}): {found.summary or found.advisory}",
        help=f"install {found.fixed}" if found.fixed else "there is no fixed version yet",
        file=ImageReference.parse(subject.reference).repository,
        subject=found.package,
        excuse=f"waived by {waiver.owner} until {waiver.expires}" if waiver else "",
    )
