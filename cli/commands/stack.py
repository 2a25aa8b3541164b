"""`slipway stack`: make a stack with a secrets provider of its own."""

from __future__ import annotations

import click

from cli import stack_init
from cli.workspace import Workspace


@click.group("stack")
def command() -> None:
    """Make stacks."""


@command.command("init")
@click.argument("stack")
@click.option(
    "--secrets-provider",
    metavar="PROVIDER",
    help="passphrase, or a key service: awskms://…, azurekeyvault://…, gcpkms://…, hashivault://….",
)
def init(stack: str, secrets_provider: str | None) -> None:
    """Initialise STACK, once, with its own secrets provider, and complete its stack file, which is then committed.

    Asked for on a terminal; without one, name it with --secrets-provider, and give a passphrase in
    PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE. The published passphrase of dev is refused for any other
    stack: whoever reads this repository could read its secrets.

    \b
    Examples:
      slipway stack init staging
      slipway stack init prod --secrets-provider "awskms://alias/slipway?region=eu-central-1"
    """
    stack_init.init(Workspace.open(stack), secrets_provider)
