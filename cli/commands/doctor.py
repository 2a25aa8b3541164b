"""`slipway doctor`: what is on this machine."""

from __future__ import annotations

import click

from toolchain import doctor
from toolchain.home import Home


@click.command("doctor")
def command() -> None:
    """Say which tools are here, which version, where from, and what is missing.

    Names the stand-in plugins in use, if any. Changes nothing.
    """
    click.echo(doctor.render(doctor.rows(Home.from_environment())))
