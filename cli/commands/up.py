"""`slipway up`: build, push, check, deploy."""

from __future__ import annotations

import click

from cli import deploy, terminal
from cli.workspace import CAREFUL, Workspace, stack_option


@click.command("up")
@stack_option
@click.option("-y", "--yes", is_flag=True, help="Do not ask before changing staging or prod.")
@click.option("--diff", is_flag=True, help="Show every property that changes, not only the resources.")
@click.option("--refresh", is_flag=True, help="Read back what is really there first, and correct the state by it.")
def command(stack: str, yes: bool, diff: bool, refresh: bool) -> None:
    """Build the images, check every resource, deploy the workloads.

    Brings whatever is missing onto this machine first (the Pulumi CLI, its plugins, and for a stack that uses them the
    embedded registry and BuildKit). Nothing is started when the stack file has a mistake. After a run that was killed,
    the next one clears its lock, ends what it left running and finishes what was begun.

    On a terminal, staging and prod ask before they change anything; without one, and for dev, nothing is asked.

    \b
    Examples:
      slipway up
      slipway up --stack prod --yes
      SLIPWAY__WORKLOADS__PYTHON_API__REPLICAS=3 slipway up
    """
    workspace = Workspace.open(stack)
    if stack in CAREFUL and not yes and terminal.interactive():
        click.confirm(f"Change the stack {stack!r}? (`slipway diff -s {stack}` shows what would change)", abort=True)
    deploy.up(workspace, [flag for flag, wanted in (("--diff", diff), ("--refresh", refresh)) if wanted])
