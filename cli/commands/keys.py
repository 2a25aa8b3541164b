"""`slipway keys`: the keys that sign images."""

from __future__ import annotations

from pathlib import Path

import click

from cli import keys, settings, signature_policies
from cli.signature_policies import KINDS
from cli.workspace import Workspace
from components.spec.keyring import LIFETIME_DAYS


@click.group("keys")
def command() -> None:
    """Make, rotate, back up and bring back the keys that sign a stack's images.

    Public keys are committed, in `keys/STACK.yaml`; private ones stay on this machine, encrypted with the password in
    COSIGN_PASSWORD, or one that is asked for. A `dev` stack gets its key by itself.
    """


@command.command("create")
@click.argument("stack")
def create(stack: str) -> None:
    """Make the first key of STACK."""
    workspace = Workspace.open(stack)
    _tell(workspace, keys.create(workspace).signing.id)


@command.command("rotate")
@click.argument("stack")
def rotate(stack: str) -> None:
    """Make the next key of STACK, which signs from now on; what others signed is trusted until they are retired."""
    workspace = Workspace.open(stack)
    _tell(workspace, keys.rotate(workspace).signing.id)


@command.command("retire")
@click.argument("stack")
@click.argument("key")
def retire(stack: str, key: str) -> None:
    """Trust KEY of STACK no more: what only it has signed is refused from now on."""
    workspace = Workspace.open(stack)
    keys.retire(workspace, key)
    click.echo(f"{key} is trusted no more. Commit keys/{stack}.yaml.")


@command.command("list")
@click.argument("stack")
def list_(stack: str) -> None:
    """Show the keys of STACK, and which should be rotated."""
    workspace = Workspace.open(stack)
    file, ring = keys.keyring(workspace)
    click.echo(f"{keys.shown(workspace, file)}")
    for key in ring.keys:
        age = key.age(keys.today())
        old = f"; older than {LIFETIME_DAYS} days: rotate it" if key.use == "signing" and age > LIFETIME_DAYS else ""
        click.echo(f"  {key.id}  {key.use.ljust(9)}  made on {key.created}{old}")


@command.command("policy")
@click.argument("stack")
@click.option("--for", "kind", type=click.Choice(tuple(KINDS)), required=True, help="Who checks signatures there.")
def policy(stack: str, kind: str) -> None:
    """Print manifests that let the cluster of STACK run only what its keys have signed, or those that it promotes from.

    Print and apply them anew after every change of keys: during a rotation they hold the old key and the new one.

    \b
    Example:
      slipway keys policy prod --for kyverno > signatures.yaml
    """
    workspace = Workspace.open(stack)
    click.echo(signature_policies.text(KINDS[kind], workspace, settings.load(workspace).settings), nl=False)


@command.command("backup")
@click.argument("stack")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def backup(stack: str, file: Path) -> None:
    """Write the keys of STACK to FILE, the private ones encrypted as they are. Keep it away from their password."""
    for key in keys.back_up(Workspace.open(stack), file):
        click.echo(f"{key} is in {file}")


@command.command("restore")
@click.argument("stack")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def restore(stack: str, file: Path) -> None:
    """Bring the private keys of STACK from FILE, which `backup` wrote; needs their password."""
    for key in keys.restore(Workspace.open(stack), file):
        click.echo(f"{key} is back")


def _tell(workspace: Workspace, key: str) -> None:
    file, _ = keys.keyring(workspace)
    click.echo(f"{key} signs the images of {workspace.stack}. Commit {keys.shown(workspace, file)}.")
    click.echo(f"Keep a backup: slipway keys backup {workspace.stack} FILE")
