"""`slipway completion`: completion for a shell."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from cli.failures import CommandError


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def command(context: click.Context, shell: str) -> None:
    """Print the script that completes commands, options and stack names.

    \b
    bash:  eval "$(slipway completion bash)"       in ~/.bashrc
    zsh:   eval "$(slipway completion zsh)"        in ~/.zshrc
    fish:  slipway completion fish | source        in ~/.config/fish/config.fish
    """
    complete = get_completion_class(shell)
    if complete is None:
        raise CommandError(f"this version of click knows no completion for {shell}")
    root = context.find_root().command
    click.echo(complete(root, {}, "slipway", "_SLIPWAY_COMPLETE").source())
