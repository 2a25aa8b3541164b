"""`slipway backups`: what was saved of a workload's volumes."""

from __future__ import annotations

import click

from cli import terminal
from cli.backups import saved
from cli.backups.programs import call
from cli.workspace import stack_option


@click.command("backups")
@stack_option
@click.argument("workload")
@click.option("--now", is_flag=True, help="Save it and check all that is kept first, whatever the schedule says.")
def command(stack: str, workload: str, now: bool) -> None:
    """List what was saved of WORKLOAD's volumes, the oldest first. The first word of a line is the snapshot's id.

    \b
    Example:
      slipway backups store --stack prod --now
    """
    workspace, described = saved.load(stack)
    where = saved.place(workspace, described, workload)
    if now:
        terminal.say(f"saving {workload}, and checking all that is kept")
        call(where.inside("now"), where.environment)
    found = list(saved.snapshots(where))
    for row in found:
        click.echo("  ".join(row).rstrip())
    if not found:
        click.echo("Nothing has been saved yet.")
