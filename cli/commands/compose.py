"""`slipway compose`: the stack as a Compose file."""

from __future__ import annotations

from pathlib import Path

import click
import yaml

from cli import settings
from cli.failures import BadInputError
from cli.workspace import Workspace, stack_option
from components.manifests.compose import FILES_FOLDER, Composed, compose
from components.spec.promotion import promotion_file, read_promotions


@click.command("compose")
@stack_option
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write it to a file, and plain files to `compose.files/` beside it, instead of printing it.",
)
def command(stack: str, out: Path | None) -> None:
    """Write the stack as a Compose file: the same containers, as confined as on a Docker host.

    \b
    Example:
      slipway compose --stack dev --out compose.yaml
      docker compose up
    """
    workspace = Workspace.open(stack)
    loaded = settings.load(workspace).settings
    promotions = settings.checked(lambda: read_promotions(promotion_file(workspace.checkout, workspace.stack)))
    composed = compose(loaded, promotions, loaded.environment.tier)
    text = document_text(composed, workspace.stack_file.name)
    if out is None:
        if composed.files:
            raise BadInputError(
                f"The workloads of {workspace.stack_file.name} have plain files, which stand beside a Compose file: "
                "name one with `--out compose.yaml`."
            )
        click.echo(text, nl=False)
        return
    out.write_text(text, encoding="utf-8")
    for name, content in composed.files.items():
        file = out.parent / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, encoding="utf-8")
    beside = f", and {len(composed.files)} file(s) below {FILES_FOLDER}/" if composed.files else ""
    click.echo(f"{out} is written{beside}.")


def document_text(composed: Composed, stack_file: str) -> str:
    """The text of a Compose file."""
    head = f"# Made from {stack_file} by `slipway compose`; change it there.\n"
    return head + yaml.safe_dump(composed.document, sort_keys=False, allow_unicode=True, width=120)
