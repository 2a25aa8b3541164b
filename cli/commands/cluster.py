"""`slipway cluster`: a Kubernetes cluster on this machine."""

from __future__ import annotations

import click

from toolchain import cluster
from toolchain.cluster.gpus import DEFAULT_PRODUCT, PRODUCTS
from toolchain.home import Home
from toolchain.progress import Progress


@click.group("cluster")
def command() -> None:
    """A real Kubernetes cluster on this machine, for those who have none."""


@command.command("up")
def up() -> None:
    """Start the cluster and wait until it is ready; print the path of its kubeconfig.

    The first time its programs are built, which takes minutes. A cluster that runs is left as it is.
    """
    click.echo(cluster.up(Home.from_environment(), Progress()))


@command.command("down")
def down() -> None:
    """End the cluster and remove all of it, data included; also what a killed run left."""
    ran = cluster.down(Home.from_environment(), Progress())
    click.echo("The cluster is gone." if ran else "No cluster was running.")


@command.command("status")
def status() -> None:
    """Say whether the cluster runs, how its parts are, and which cluster a deployment reaches.

    Ends with code 1 when there is no cluster to deploy to.
    """
    found = cluster.status(Home.from_environment())
    state = "ready" if found.ready else "running, but not ready" if found.running else "not running"
    click.echo(f"slipway's own cluster: {state}")
    for name, alive in found.parts.items():
        click.echo(f"  {name}: {'running' if alive else 'down'}")
    if found.used is None:
        click.echo("used by deployments: none; start one with `slipway cluster up`")
        raise click.exceptions.Exit(1)
    whose = "slipway's own" if found.used.own else "yours"
    click.echo(f"used by deployments: context {found.used.context} of {found.used.kubeconfig} ({whose})")


@command.command("kubeconfig")
def kubeconfig() -> None:
    """Print the path of the running cluster's kubeconfig.

    \b
    Example:
      export KUBECONFIG="$(slipway cluster kubeconfig)"
    """
    click.echo(cluster.kubeconfig(Home.from_environment()))


@command.command("nodes")
@click.argument("count", type=click.IntRange(min=0))
def nodes(count: int) -> None:
    """Have exactly COUNT pretend nodes beside the real one; 0 takes them all away.

    They are tainted with `kwok.x-k8s.io/node=fake`: only pods that tolerate it are placed there. They are said to run,
    and nothing runs.
    """
    cluster.set_pretend_nodes(cluster.kubeconfig(Home.from_environment()), count)


@command.command("gpus")
@click.argument("count", type=click.IntRange(min=0))
@click.option(
    "--product", type=click.Choice(list(PRODUCTS)), default=DEFAULT_PRODUCT, show_default=True, help="A model."
)
def gpus(count: int, product: str) -> None:
    """Give the cluster's node COUNT pretend GPUs, in place of those it had; 0 takes them away.

    Pods that ask for GPUs are then scheduled, or wait, as they would on a real node. Inside them there is no device.
    """
    cluster.add_gpus(cluster.kubeconfig(Home.from_environment()), count, product)
