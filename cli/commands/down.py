"""`slipway down`: stop the embedded services."""

from __future__ import annotations

import click

from toolchain import services
from toolchain.home import Home
from toolchain.progress import Progress


@click.command("down")
def command() -> None:
    """Stop the embedded registry and BuildKit.

    Their data stays in the cache, so that the next `slipway up` starts where this one ended. What a stack deployed is
    not touched: `slipway destroy` removes that.
    """
    services.down(Home.from_environment(), Progress())
