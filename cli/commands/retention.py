"""`slipway retention`: which images a registry keeps."""

from __future__ import annotations

import click

from cli import settings, terminal
from cli.failures import BadInputError
from cli.retention import run
from cli.retention.mark import mark
from cli.retention.policies import KINDS
from cli.workspace import CAREFUL, Workspace, stack_option


@click.group("retention")
def command() -> None:
    """Remove images that nobody runs or may go back to."""


@command.command("show")
@stack_option
def show(stack: str) -> None:
    """List the images in the stack's registry: which would go, and why the others stay. Removes nothing.

    \b
    Example:
      slipway retention show --stack staging
    """
    workspace = Workspace.open(stack)
    run.show(workspace, settings.load(workspace).settings)


@command.command("apply")
@stack_option
@click.option("-y", "--yes", is_flag=True, help="Do not ask before removing from the registry of staging or prod.")
def apply(stack: str, yes: bool) -> None:
    """Remove the images that `show` says would go, over the OCI distribution API.

    Whatever a stack of this backend or of this machine runs stays, and so does what a promotion allows or may go back
    to; with an image stay the images of its platforms, its signatures, SBOMs and attestations. A run that is
    interrupted is gone on with by the next. On a terminal, staging and prod ask first.

    \b
    Example:
      slipway retention apply --stack staging --yes
    """
    workspace = Workspace.open(stack)
    loaded = settings.load(workspace)
    if stack in CAREFUL and not yes and terminal.interactive():
        run.show(workspace, loaded.settings)
        click.confirm("Remove what goes?", abort=True)
    run.apply(workspace, loaded.settings)


@command.command("policy")
@stack_option
@click.argument("kind", type=click.Choice(tuple(KINDS)))
def policy(stack: str, kind: str) -> None:
    """Print the policy of a registry that tidies up itself, from the stack's settings.

    KIND is that of the registry: Amazon's, GitHub's, Google's, or Harbor's. Registries do not know what runs: `slipway
    retention mark` puts a tag on it that these policies keep. Run it after every `up` and every promotion.

    \b
    Example:
      slipway retention policy ecr --stack staging > lifecycle.json
    """
    registry = settings.load(Workspace.open(stack)).settings.registry
    try:
        click.echo(KINDS[kind](registry.retention, registry.repository), nl=False)
    except ValueError as error:
        raise BadInputError(
            f"`registry.retention.keep` cannot be said to {kind}: {error}\n"
            "  mend: write it without groups and alternatives, as several patterns that say how a tag begins"
        ) from error


@command.command("mark")
@stack_option
def mark_command(stack: str) -> None:
    """Tag everything that must stay (`in-use-…`), for registries with a policy of their own.

    \b
    Example:
      slipway retention mark --stack staging
    """
    workspace = Workspace.open(stack)
    mark(workspace, settings.load(workspace).settings)
