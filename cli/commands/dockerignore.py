"""`slipway dockerignore`: what builds are given."""

from __future__ import annotations

from pathlib import Path

import click

from cli import settings
from cli.dockerignore import ignore_text
from cli.failures import BadInputError, CommandError
from cli.workspace import Workspace, stack_option
from components.spec.build_context import build_context, ignore_file, megabytes
from policies.dockerfile import DockerfileError


@click.command("dockerignore")
@stack_option
@click.option("--write", is_flag=True, help="Write a .dockerignore where an image has none.")
@click.argument("folders", nargs=-1, metavar="[FOLDER]...")
def command(stack: str, write: bool, folders: tuple[str, ...]) -> None:
    """Check what the stack's builds are given, and name what has no business in an image; FOLDER chooses among them.

    Exits with 1 where something should stay out: history, virtual environments, what looks like a secret. A file that
    is written lets in what the Dockerfile copies and nothing else, and is to be read before it is committed.

    \b
    Examples:
      slipway dockerignore
      slipway dockerignore --write images/python-api
    """
    workspace = Workspace.open(stack)
    builds = settings.load(workspace).settings.builds.values()
    known = {build.folder: build.dockerfile for build in builds}
    wanted = [folder.rstrip("/") for folder in folders] or sorted(known)
    if unknown := [folder for folder in wanted if folder not in known]:
        raise BadInputError(
            f"{unknown[0]} is no folder that {workspace.stack_file.name} builds\n  allowed: {', '.join(sorted(known))}"
        )
    warned = False
    for name in wanted:
        folder = workspace.checkout / name
        if write and not ignore_file(folder, known[name]):
            _write(folder, name, known[name])
        context = build_context(folder, known[name])
        click.echo(f"{name}  {megabytes(context.size)}")
        for warning in context.warnings:
            click.echo(f"  {warning}")
        warned = warned or bool(context.unwanted)
    if warned:
        raise CommandError(
            "a build would be given what has no business in an image\n"
            "  mend: name it in the image's .dockerignore; without one, `slipway dockerignore --write` makes it"
        )


def _write(folder: Path, name: str, dockerfile: str) -> None:
    try:
        text = ignore_text((folder / dockerfile).read_text(encoding="utf-8"))
    except (OSError, DockerfileError) as error:
        raise BadInputError(
            f"{name}/{dockerfile} cannot be read: {error}\n  mend: correct it, or the image's `dockerfile`"
        ) from error
    (folder / ".dockerignore").write_text(text, encoding="utf-8")
    click.echo(f"{name}/.dockerignore written")
