"""`slipway clean`: empty the checkout of what was made."""

from __future__ import annotations

from pathlib import Path

import click

from cli.clean import clean
from cli.workspace import find_checkout


@click.command("clean")
@click.option("--force", is_flag=True, help="Also forget stacks that still have resources; they stay where they are.")
def command(force: bool) -> None:
    """Remove everything that was made in the checkout: state, rendered manifests, virtualenv, caches of tools.

    Refused while a stack kept in this checkout has resources. The cache outside the checkout stays: `make clean-cache`.
    """
    checkout = find_checkout(Path.cwd())
    for path in clean(checkout, force):
        click.echo(f"removed {path.relative_to(checkout)}")
