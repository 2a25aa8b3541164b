"""`slipway lint`: Dockerfiles, before anything is built from them."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

import click

from cli import lint, sarif, settings
from cli.failures import CommandError
from cli.workspace import DEFAULT_STACK, Workspace, find_checkout


@click.command("lint")
@click.option("-s", "--stack", metavar="NAME", help="The stack whose images and settings count; without FOLDER: dev.")
@click.option("--sarif", "report", type=click.Path(path_type=Path, dir_okay=False), help="Write them here, too.")
@click.argument("folders", nargs=-1, metavar="[FOLDER]...")
def command(stack: str | None, report: Path | None, folders: tuple[str, ...]) -> None:
    """Read Dockerfiles with hadolint and the guardrails' own rules, and say what is wrong, where, and what mends it.

    Without FOLDER, every image that the stack builds, with its `supplyChain.lint`. FOLDER is a folder with a
    Dockerfile, or a Dockerfile, of a stack or of none; with --stack, too, what the stack says of it counts. Exits with
    1 for a finding of a severity in `failOn`, with 2 for what cannot be read.

    \b
    Examples:
      slipway lint
      slipway lint images/python-api --sarif lint.sarif
    """
    checkout = find_checkout(Path.cwd())
    known = {}
    if stack or not folders:
        workspace = Workspace.open(stack or DEFAULT_STACK)
        known = {each.name: each for each in lint.of_stack(settings.load(workspace).settings)}
    wanted = [lint.named(checkout, folder) for folder in folders]
    subjects = [known.get(each.name, each) for each in wanted] or list(known.values())
    found = [lint.lint(checkout, subject) for subject in subjects]
    if report:
        sarif.write(report, "slipway lint", version("slipway"), [row for _, rows in found for row in rows])
    if any(each.refused for each, _ in found):
        raise CommandError(
            "a Dockerfile has findings of a severity that stops its build\n"
            "  mend: what stands below each; or name the rule, with a reason, in `slipway:supplyChain.lint.ignore`"
        )
