"""`slipway promote`: what one stack runs may run in the next."""

from __future__ import annotations

import click

from cli import promote, settings
from cli.failures import BadInputError
from cli.plain import mapping
from cli.workspace import Workspace
from components.spec.promotion import promotion_file, read_promotions


@click.command("promote")
@click.argument("source", metavar="FROM")
@click.argument("target", metavar="TO")
@click.argument("images", nargs=-1, metavar="[IMAGE]...")
def command(source: str, target: str, images: tuple[str, ...]) -> None:
    """Record the digests that stack FROM runs in `promotions/TO.yaml`, so that stack TO may run the very same images.

    Without an IMAGE, everything that TO promotes from FROM. Nothing is deployed: commit the file and open a pull
    request; its one-line difference is the promotion, and its preview shows what it will do.

    \b
    Example:
      slipway promote staging prod
    """
    to, by = Workspace.open(target), Workspace.open(source)
    wanted = list(images) or promote.wanted_images(settings.load(to).settings, source)
    if not wanted:
        raise BadInputError(
            f"{to.stack_file.name} promotes nothing from {source!r}\n"
            f"  mend: give a workload the image `promote: {{from: {source}}}`, or name the images"
        )
    file = promotion_file(to.checkout, target)
    settings.checked(lambda: read_promotions(file))
    found = promote.digests(mapping(by.engine.outputs().get("images")), wanted, source)
    before = file.read_text(encoding="utf-8") if file.exists() else ""
    file.parent.mkdir(exist_ok=True)
    file.write_text(promote.recorded(before, source, found), encoding="utf-8")
    for name, digest in found.items():
        click.echo(f"{name}  {digest}")
    click.echo(f"Recorded in {file.relative_to(to.checkout)}. Commit it and open a pull request.")
