"""`slipway check-manifests`: a strict schema check without a cluster or the web."""

from __future__ import annotations

from pathlib import Path

import click

from cli.failures import CommandError
from toolchain.home import Home
from toolchain.manifest_check import DEFAULT_VERSION, check_folder


@click.command("check-manifests")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--kubernetes-version", "version", default=DEFAULT_VERSION, show_default=True, help="Such as 1.36.")
def command(folder: Path, version: str) -> None:
    """Check every manifest in FOLDER against the schemas of a Kubernetes version, strictly.

    Unknown fields, wrong types and missing fields are refused, as an API server with strict validation would. Needs no
    cluster and no web. Example: `slipway check-manifests .rendered/dev`.
    """
    problems = check_folder(folder, Home.from_environment(), version)
    for problem in problems:
        click.echo(problem.message)
    refused = sum(problem.refused for problem in problems)
    if refused:
        raise CommandError(f"{refused} problem(s) in {folder} for Kubernetes {version}")
    click.echo(f"{folder}: every manifest fits Kubernetes {version}")
