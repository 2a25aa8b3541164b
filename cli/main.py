"""Entry point of the `slipway` command."""

import click


@click.group()
@click.version_option(package_name="slipway")
def main() -> None:
    """Deliver containers for AI services with Pulumi."""
