"""`slipway env`: the environment in which plain `pulumi` works."""

from __future__ import annotations

import click

from cli import deploy
from cli.shell import SHELLS, exports
from cli.workspace import Workspace, stack_option


@click.command("env")
@stack_option
@click.option(
    "--shell", type=click.Choice(SHELLS), default="sh", show_default=True, help="sh also serves bash and zsh."
)
def command(stack: str, shell: str) -> None:
    """Print the environment in which plain `pulumi up -s STACK` does what `slipway up` does.

    Brings what is missing first: tools, services, and for `dev` the stack itself. What it says goes to standard error.

    \b
    sh, bash, zsh:  eval "$(slipway env)"
    fish:           slipway env --shell fish | source
    """
    workspace = Workspace.open(stack)
    deploy.make_ready(workspace)
    click.echo(exports(workspace.variables(), shell), nl=False)
