"""`slipway diff`: a preview that shows every property."""

from __future__ import annotations

import click

from cli import preview
from cli.workspace import Workspace, stack_option


@click.command("diff")
@stack_option
def command(stack: str) -> None:
    """Show every property that an `up` would change; the same as `slipway preview --diff`."""
    preview.show(Workspace.open(stack), ["--diff"])
