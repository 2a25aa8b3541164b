"""`slipway validate`: the stack files' mistakes."""

from __future__ import annotations

from pathlib import Path

import click

from cli import settings
from cli.failures import BadInputError
from cli.workspace import Workspace, find_checkout
from components.spec.without_effect import without_effect


@click.command("validate")
@click.option(
    "-s", "--stack", "stacks", multiple=True, metavar="NAME", help="Only this stack; may be given again. Default: all."
)
def command(stacks: tuple[str, ...]) -> None:
    """Check the stack files: every mistake at once, each with its place, what was found, what is allowed, and the mend.

    Starts nothing and needs neither the Pulumi CLI nor the secrets.
    """
    mistakes: list[str] = []
    for stack in stacks or Workspace(find_checkout(Path.cwd()), "").stacks():
        try:
            workspace = Workspace.open(stack)
            loaded = settings.load(workspace)
            click.echo(f"{workspace.stack_file.name}: ok")
            for path, why in without_effect(loaded):
                click.echo(f"  {path} has no effect on this target: {why}")
        except BadInputError as error:
            mistakes.append(str(error))
    if mistakes:
        raise BadInputError("\n".join(mistakes))
