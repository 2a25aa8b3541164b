"""`slipway schema`: the JSON schema of stack files."""

from __future__ import annotations

import json
from pathlib import Path

import click

from components.spec.settings import settings_schema


@click.command("schema")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), help="Write it to a file instead of printing it."
)
def command(out: Path | None) -> None:
    """Print the JSON schema of stack files, with which editors complete and check them.

    The checkout has it as `docs/stack.schema.json`; a first line
    `# yaml-language-server: $schema=docs/stack.schema.json` makes editors use it.
    """
    text = json.dumps(settings_schema(), indent=2) + "\n"
    if out:
        out.write_text(text, encoding="utf-8")
    else:
        click.echo(text, nl=False)
