"""`slipway config`: the settings as they will be used."""

from __future__ import annotations

import dataclasses
import json

import click

from cli import settings
from cli.workspace import Workspace, stack_option


@click.group("config")
def command() -> None:
    """Look at a stack's settings."""


@command.command("show")
@stack_option
@click.option("--json", "as_json", is_flag=True, help="A list of {path, value, origin}.")
def show(stack: str, as_json: bool) -> None:
    """Show every setting with its value and where it came from: stack file and line, environment variable, or default.

    \b
    A variable overrides a setting by its path:
      SLIPWAY__WORKLOADS__PYTHON_API__REPLICAS=3 slipway config show
    """
    found = settings.listed(settings.load(Workspace.open(stack)))
    if as_json:
        click.echo(json.dumps([dataclasses.asdict(setting) for setting in found], indent=2))
        return
    width = max(len(setting.path) for setting in found)
    for setting in found:
        value = json.dumps(setting.value, ensure_ascii=False)
        click.echo(f"{setting.path.ljust(width)}  {value}  {click.style(f'({setting.origin})', dim=True)}")
