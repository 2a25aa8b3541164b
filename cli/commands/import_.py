"""`slipway import`: stack files from what others wrote."""

from __future__ import annotations

from pathlib import Path

import click

from cli.compose_import import proposal


@click.group("import")
def command() -> None:
    """Propose a stack file from another tool's."""


@command.command("compose")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Write it to a file instead of printing it."
)
def compose(file: Path, out: Path | None) -> None:
    """Propose a stack file for a Compose FILE, and list what the guardrails object to.

    What is not as it was is told, each with the guardrail that refuses it and with what the proposal has instead. Check
    the result with `slipway validate`.

    \b
    Example:
      slipway import compose docker-compose.yml --out Pulumi.local.yaml
    """
    proposed = proposal.propose(proposal.read(file), file.resolve().parent)
    if out:
        out.write_text(proposal.text(proposed), encoding="utf-8")
        click.echo(f"{out} is written.")
    else:
        click.echo(proposal.text(proposed), nl=False)
    for objection in proposed.objections:
        click.echo(str(objection), err=out is None)
