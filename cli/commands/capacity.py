"""`slipway capacity`: what a stack needs at its peak."""

from __future__ import annotations

import json

import click

from cli import capacity, settings
from cli.workspace import Workspace, stack_option


@click.command("capacity")
@stack_option
@click.option("--json", "as_json", is_flag=True, help="The same as JSON.")
def command(stack: str, as_json: bool) -> None:
    """Show pods, GPUs, cores and memory of each workload at its peak, beside quota and fleet, and its times.

    The peak is full autoscaling and the extra pods of a rollout together. Starts nothing.
    """
    loaded = settings.load(Workspace.open(stack)).settings
    needed, times, least = loaded.capacity, capacity.times(loaded), capacity.job_seconds(loaded)
    if as_json:
        click.echo(json.dumps({**needed, "seconds": times, "jobSeconds": least}, indent=2))
        return
    click.echo(capacity.capacity_table(needed))
    click.echo(f"\n{capacity.times_table(times)}")
    click.echo(f"\nA job that brings it up may take {least} s.")
