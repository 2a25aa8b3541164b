"""`slipway cost`: what a stack costs in a month."""

from __future__ import annotations

import json

import click

from cli import cost, settings
from cli.failures import BadInputError
from cli.workspace import Workspace, stack_option


@click.command("cost")
@stack_option
@click.option("--json", "as_json", is_flag=True, help="The same as JSON.")
def command(stack: str, as_json: bool) -> None:
    """Show what each workload costs in a month, by the prices of the stack file.

    From the fewest pods to the most, by what they request; what has no price is told. Starts nothing.
    """
    workspace = Workspace.open(stack)
    found = settings.load(workspace).settings.cost
    if found is None:
        raise BadInputError(
            f"{workspace.stack_file.name}: there are no prices\n"
            "  mend: write down what you pay under `slipway:prices`, for example `currency: EUR` and `cpuHour: 0.04`"
        )
    click.echo(json.dumps(found, indent=2) if as_json else cost.cost_table(found))
