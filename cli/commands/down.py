"""`slipway down`: stop the embedded services."""

from __future__ import annotations

import click

from toolchain import cluster, docker_host, services
from toolchain.home import Home
from toolchain.progress import Progress


@click.command("down")
def command() -> None:
    """Stop the embedded registry and BuildKit, and slipway's own cluster and Docker host if they run.

    Their data stays in the cache, so that the next `slipway up` starts where this one ended. What a stack deployed is
    not touched, unless it was deployed to slipway's own cluster, which goes with all it holds: `slipway destroy`
    removes what a stack declared.
    """
    home = Home.from_environment()
    cluster.down(home, Progress())
    docker_host.down(home, Progress())
    services.down(home, Progress())
