"""`slipway destroy`: remove what a stack declared."""

from __future__ import annotations

import click

from cli import deploy, terminal
from cli.workspace import CAREFUL, Workspace, stack_option


@click.command("destroy")
@stack_option
@click.option("-y", "--yes", is_flag=True, help="Do not ask before destroying staging or prod.")
def command(stack: str, yes: bool) -> None:
    """Remove everything the stack declared.

    Images that it pushed to a registry of this machine go, too, unless another stack here uses them. The stack
    itself stays, empty, and so do the embedded registry and BuildKit: `slipway down` stops those.
    """
    workspace = Workspace.open(stack)
    if stack in CAREFUL and not yes and terminal.interactive():
        typed = click.prompt(
            f"This removes everything in {stack!r}. Type its name to go on", default="", show_default=False
        )
        if typed != stack:
            raise click.Abort
    deploy.destroy(workspace)
