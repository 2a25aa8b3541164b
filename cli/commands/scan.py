"""`slipway scan`: images, against what is known today."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

import click

from cli import sarif, scan, settings
from cli.failures import CommandError
from cli.workspace import Workspace, stack_option


@click.command("scan")
@stack_option
@click.option("--sarif", "report", type=click.Path(path_type=Path, dir_okay=False), help="Write them here, too.")
@click.argument("images", nargs=-1, metavar="[IMAGE]...")
def command(stack: str, report: Path | None, images: tuple[str, ...]) -> None:
    """Hold what a stack runs against today's advisories, with the stack's severities and waivers. Changes nothing.

    The images are those of the stack's state, by digest, each with the SBOM that was made of it. An IMAGE, as
    `registry/repository@sha256:…`, is scanned instead, whoever built it. Exits with 1 for a finding that would be
    refused today, and for an image that cannot be scanned.

    \b
    Examples:
      slipway scan --stack prod --sarif scan.sarif
      slipway scan registry.example.com/slipway/python-api@sha256:…
    """
    workspace = Workspace.open(stack)
    loaded = settings.load(workspace).settings
    subjects = [scan.named(workspace, loaded, image) for image in images] or scan.running(workspace, loaded)
    found = [scan.scan(subject) for subject in subjects]
    if report:
        sarif.write(report, "slipway scan", version("slipway"), [row for _, rows in found for row in rows])
    if any(verdict.refused for verdict, _ in found):
        raise CommandError(
            "an image has findings that would be refused today\n"
            f"  mend: install the fixed versions and bring {stack} up; or waive them in {workspace.stack_file.name}"
        )
