"""What every command works on: the checkout, the cache, one stack."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import click
import yaml

from cli.failures import BadInputError
from cli.plain import mapping
from toolchain import docker_host, registry
from toolchain.engine import PROJECT, Engine
from toolchain.environment import environment
from toolchain.home import Home

DEFAULT_STACK = "dev"

# Stacks that somebody else depends on: a person at a terminal is asked before they change.
CAREFUL = ("staging", "prod")

Command = TypeVar("Command", bound=Callable[..., Any])


@dataclass(frozen=True)
class Workspace:
    """The checkout's folder and the name of one stack in it."""

    checkout: Path
    stack: str

    @classmethod
    def open(cls, stack: str) -> Workspace:
        """The workspace around the current folder.

        Raises:
            BadInputError: no checkout there, or no stack file of that name.
        """
        workspace = cls(find_checkout(Path.cwd()), stack)
        if not workspace.stack_file.is_file():
            known = ", ".join(workspace.stacks()) or "none"
            raise BadInputError(
                f"there is no stack {stack!r}: {workspace.stack_file.name} does not exist\n"
                f"  allowed: {known}\n  mend: name one of them with --stack, or write that file"
            )
        return workspace

    @property
    def stack_file(self) -> Path:
        """`Pulumi.<stack>.yaml`."""
        return self.checkout / f"Pulumi.{self.stack}.yaml"

    def stacks(self) -> list[str]:
        """The stacks that have a file."""
        return sorted(file.name.split(".")[1] for file in self.checkout.glob("Pulumi.*.yaml"))

    @cached_property
    def home(self) -> Home:
        """Where the tools are."""
        return Home.from_environment()

    @cached_property
    def engine(self) -> Engine:
        """The Pulumi CLI for this stack."""
        return Engine(self.checkout, self.stack, self.environment())

    def variables(self) -> dict[str, str]:
        """What `slipway env` prints for this stack."""
        from cli import needs  # a command that runs no engine is spared the import of the settings' models

        settings = needs.readable(self.stack_file, os.environ)
        docker = needs.docker(settings, registry.address())
        own = environment(self.home, self.checkout, self.stack, docker=docker)
        if needs.deploys_to_docker(settings):
            return own | docker_host.variables(self.home)
        if needs.looks_up_cluster(settings):
            from toolchain import cluster  # no other stack pays for that import

            return own | cluster.variables(self.home, os.environ)
        return own

    def environment(self) -> dict[str, str]:
        """This process's environment with what the engine needs on top.

        A shell that has evaluated `slipway env` for another stack still names that stack's policy configuration.
        """
        own = {name: value for name, value in os.environ.items() if not name.startswith("PULUMI_OPTION_POLICY_")}
        return {**own, **self.variables()}


def find_checkout(start: Path) -> Path:
    """The nearest folder, from `start` upwards, with slipway's `Pulumi.yaml`; else the one this code lies in."""
    for folder in (start, *start.parents, Path(__file__).resolve().parents[1]):
        if is_checkout(folder):
            return folder
    raise BadInputError(
        f"{start} is not in a checkout of slipway\n  mend: change into the folder that has its Pulumi.yaml"
    )


def is_checkout(folder: Path) -> bool:
    """Whether the folder's `Pulumi.yaml` is slipway's."""
    try:
        project = yaml.safe_load((folder / "Pulumi.yaml").read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError, UnicodeDecodeError):
        return False
    return mapping(project).get("name") == PROJECT


def stack_option(command: Command) -> Command:
    """`--stack/-s`, with $STACK and `dev` behind it."""
    return click.option(
        "-s",
        "--stack",
        envvar="STACK",
        default=DEFAULT_STACK,
        show_default=True,
        show_envvar=True,
        metavar="NAME",
        help="The stack, which is the environment: the NAME in Pulumi.NAME.yaml.",
        shell_complete=_complete_stack,
    )(command)


def _complete_stack(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
    try:
        checkout = find_checkout(Path.cwd())
    except BadInputError:
        return []
    return [name for name in Workspace(checkout, "").stacks() if name.startswith(incomplete)]
