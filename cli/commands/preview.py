"""`slipway preview`: what an `up` would change."""

from __future__ import annotations

from pathlib import Path

import click

from cli import preview
from cli.workspace import Workspace, stack_option


@click.command("preview")
@stack_option
@click.option("--diff", is_flag=True, help="Show every property that changes, not only the resources.")
@click.option(
    "--json", "as_json", is_flag=True, help="Print the preview as JSON, which `slipway preview-comment` reads."
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write that JSON to a file instead. Written also when the preview or a policy fails.",
)
def command(stack: str, diff: bool, as_json: bool, out: Path | None) -> None:
    """Show what an `up` would change, and what the policies say about it, without changing anything.

    Works for a stack that was never brought up, without a cluster and without its secrets: such a preview has a
    throwaway state of its own and shows every object as one to be created.

    \b
    Examples:
      slipway preview --stack prod
      slipway preview --json --out prod.json -s prod && slipway preview-comment prod.json
    """
    flags = ["--diff"] if diff else []
    if as_json or out:
        preview.record(lambda: Workspace.open(stack), stack, flags, out)
    else:
        preview.show(Workspace.open(stack), flags)
