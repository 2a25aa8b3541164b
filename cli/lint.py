"""Reads Dockerfiles: those of a stack with its settings, any other with the defaults."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import click

from cli import settings
from cli.failures import BadInputError
from cli.sarif import Row
from components.spec.base_lock import pins, read_base_lock
from components.spec.image import BuildImage
from components.spec.settings import Settings
from components.spec.supply_chain import Lint, SupplyChain
from provider.dockerfile import Build, Finding, findings
from provider.lint import Linted, judged, shown
from provider.step import RefusedError


@dataclass(frozen=True)
class Subject:
    """A Dockerfile, and what it is held to.

    Attributes:
        name: the file, below the checkout.
        build: what is known of its build.
        fail_on: the severities that are refused.
        ignore: rules that do not hold, and why.
    """

    name: str
    build: Build = field(default_factory=lambda: Build({}))
    fail_on: Sequence[str] = Lint().fail_on
    ignore: Mapping[str, str] = field(default_factory=dict[str, str])


def of_stack(stack: Settings) -> list[Subject]:
    """Every Dockerfile that a stack builds."""
    lint = (stack.supply_chain or SupplyChain()).lint
    return [_of_build(name, build, lint) for name, build in stack.builds.items()]


def _of_build(name: str, build: BuildImage, lint: Lint) -> Subject:
    ignore = {each.rule: each.reason for each in lint.ignore if each.image in (None, name)}
    known = Build(build.args, sorted(build.bases), build.target)
    return Subject(str(Path(build.folder, build.dockerfile)), known, lint.fail_on, ignore)


def named(checkout: Path, given: str) -> Subject:
    """A folder with a Dockerfile, or a Dockerfile.

    Raises:
        BadInputError: there is none.
    """
    path = Path(given)
    file = path / "Dockerfile" if path.is_dir() else path
    if not file.is_file():
        raise BadInputError(f"{file} does not exist\n  allowed: a Dockerfile, or a folder with one\n  mend: name one")
    whole = file.resolve()
    return Subject(str(whole.relative_to(checkout) if whole.is_relative_to(checkout) else whole))


def lint(checkout: Path, subject: Subject) -> tuple[Linted, list[Row]]:
    """Read a Dockerfile, and say what was found.

    Returns:
        What was found, and the same for a report.

    Raises:
        BadInputError: it cannot be read.
        ToolchainError: hadolint cannot be had.
    """
    locked = pins(settings.checked(lambda: read_base_lock(checkout)), stand_ins=False)
    try:
        read = findings(checkout / subject.name, replace(subject.build, pins=locked))
        found = judged(read, subject.fail_on, subject.ignore)
    except RefusedError as error:
        raise BadInputError(str(error)) from error
    click.echo(f"{subject.name}  {_counted(found)}")
    for each in (*found.refused, *found.passed):
        for line in shown(subject.name, each):
            click.echo(f"  {line}")
    for each in found.ignored:
        click.echo(f"  {subject.name}:{each.line}  {each.rule}  ignored: {subject.ignore[each.rule]}")
    return found, [_row(subject, each) for each in (*found.refused, *found.ignored, *found.passed)]


def _counted(found: Linted) -> str:
    return ", ".join(f"{count} {severity}" for severity, count in found.counts().items()) or "no findings"


def _row(subject: Subject, found: Finding) -> Row:
    excuse = subject.ignore.get(found.rule, "")
    return Row(found.rule, found.severity, found.message, found.fix, subject.name, found.line, found.message, excuse)
