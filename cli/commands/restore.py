"""`slipway restore`: brings a workload's volumes back."""

from __future__ import annotations

from pathlib import Path

import click

from cli import terminal
from cli.backups import saved
from cli.workspace import CAREFUL, stack_option


@click.command("restore")
@stack_option
@click.argument("workload")
@click.option("--snapshot", default="latest", show_default=True, metavar="ID", help="As `slipway backups` lists them.")
@click.option("--volume", "volumes", multiple=True, metavar="NAME", help="Only this volume; may be repeated.")
@click.option(
    "--to",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="FOLDER",
    help="Into a folder of this machine instead, one below it for each volume. The workload goes on.",
)
@click.option("--force", is_flag=True, help="Replace what the volumes hold. Without it, only empty ones are filled.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask before stopping a workload of staging or prod.")
def command(
    stack: str, workload: str, snapshot: str, volumes: tuple[str, ...], to: Path | None, force: bool, yes: bool
) -> None:
    """Bring WORKLOAD's saved volumes back, to the newest complete snapshot or to another.

    The workload is stopped, and started again at the end, whatever became of it. What was saved is written and read
    back beside what is there before it takes its place: a restore that fails changes nothing.

    \b
    Examples:
      slipway restore store --stack prod --to /tmp/look
      slipway restore store --stack prod --snapshot 1a2b3c4d --force
    """
    workspace, described = saved.load(stack)
    where = saved.place(workspace, described, workload)
    wanted = saved.wanted_volumes(described, workload, volumes)
    if to is not None:
        for volume in wanted:
            saved.fetch(where, snapshot, volume, to / volume)
            click.echo(str(to / volume))
        return
    if stack in CAREFUL and not yes and terminal.interactive():
        click.confirm(f"Stop {workload} of {stack}, and bring {', '.join(wanted)} back to {snapshot}?", abort=True)
    forced = ["--force"] if force else []
    named = [f"--volume={volume}" for volume in wanted]
    where.instead(wanted, "restore", f"--snapshot={snapshot}", *named, *forced)
    click.echo(f"{workload}: {', '.join(wanted)} as in the snapshot {snapshot}")
