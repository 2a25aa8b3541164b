"""Entry point of the `slipway` command."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from typing import Any

import click

from cli import failures, terminal

# Command → the module under `cli.commands` that holds it as `command`, in the order of the help. They are loaded when
# they are needed: `slipway env` runs in every new shell.
COMMANDS = {
    "up": "up",
    "preview": "preview",
    "diff": "diff",
    "destroy": "destroy",
    "down": "down",
    "cluster": "cluster",
    "docker": "docker",
    "compose": "compose",
    "import": "import_",
    "doctor": "doctor",
    "env": "env",
    "validate": "validate",
    "config": "config",
    "capacity": "capacity",
    "cost": "cost",
    "schema": "schema",
    "stack": "stack",
    "promote": "promote",
    "backups": "backups",
    "restore": "restore",
    "retention": "retention",
    "keys": "keys",
    "bases": "bases",
    "lint": "lint",
    "scan": "scan",
    "dockerignore": "dockerignore",
    "preview-comment": "preview_comment",
    "check-manifests": "check_manifests",
    "clean": "clean",
    "completion": "completion",
}


class TopLevel(click.Group):
    """Loads commands when they are named, and turns every failure into a message and an exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order in which a newcomer needs them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command's module."""
        if cmd_name not in COMMANDS:
            return None
        return importlib.import_module(f"cli.commands.{COMMANDS[cmd_name]}").command

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> Any:
        """Run a command and exit with its code: 0 ok, 1 it failed, 2 bad input, 130 interrupted."""
        try:
            code: object = super().main(
                args,
                prog_name or "slipway",
                complete_var,
                standalone_mode=False,
                windows_expand_args=windows_expand_args,
                **{"color": terminal.color(), **extra},
            )
        except BaseException as error:
            code = failures.report(error)
        if not standalone_mode:
            return code
        sys.exit(code if isinstance(code, int) else 0)


@click.group(cls=TopLevel, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="slipway", prog_name="slipway")
def main() -> None:
    """Deliver containers for AI services with Pulumi.

    A stack file, `Pulumi.<stack>.yaml`, describes the workloads of one environment; `slipway up` builds their images,
    checks every resource against the policies and deploys them.

    \b
    Begin here:
      slipway up            a running dev stack; brings whatever is missing onto this machine
      slipway preview       what an `up` would change, without changing it
      slipway validate      the stack files' mistakes, without starting anything
      slipway doctor        what is installed, where from, and what is missing

    Every command takes `--stack NAME` (`-s`); without it $STACK counts, then `dev`.
    """


if __name__ == "__main__":
    main()
