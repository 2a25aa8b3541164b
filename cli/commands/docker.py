"""`slipway docker`: a Docker engine on this machine."""

from __future__ import annotations

import click

from toolchain import docker_host
from toolchain.home import Home
from toolchain.progress import Progress


@click.group("docker")
def command() -> None:
    """A Docker engine on this machine, for those who have none."""


@command.command("up")
def up() -> None:
    """Start the engine and wait until it answers; print its address.

    The first time, Debian's packages are fetched. An engine that runs is left as it is.

    \b
    Example:
      export DOCKER_HOST="$(slipway docker up)"
    """
    click.echo(docker_host.up(Home.from_environment(), Progress()))


@command.command("down")
def down() -> None:
    """End the engine and every container in it; also what a killed run left.

    Images, volumes and containers are kept for the next `up`, which starts those again that have a restart policy.
    """
    ran = docker_host.down(Home.from_environment(), Progress())
    click.echo("The Docker host is stopped." if ran else "No Docker host was running.")


@command.command("status")
def status() -> None:
    """Say whether the engine runs, how its parts are, and which engine a deployment reaches.

    Ends with code 1 when there is no engine to deploy to.
    """
    found = docker_host.status(Home.from_environment())
    click.echo(f"slipway's own Docker host: {f'engine {found.version}' if found.version else 'not running'}")
    for name, alive in found.parts.items():
        click.echo(f"  {name}: {'running' if alive else 'down'}")
    if found.used is None:
        click.echo("used by deployments: none; start one with `slipway docker up`")
        raise click.exceptions.Exit(1)
    whose = "slipway's own" if found.used.own else "yours"
    click.echo(f"used by deployments: {found.used.endpoint} ({whose})")
