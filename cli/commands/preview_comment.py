"""`slipway preview-comment`: previews as one comment for a pull request."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from cli.comment import comment
from cli.comment.preview import read_preview


@click.command("preview-comment")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--commit", help="The commit that was previewed, where it is not the one the files name.")
@click.option("--link", help="Where the whole previews can be read, such as the workflow run's address.")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Write to a file instead of printing.")
def command(files: tuple[Path, ...], commit: str | None, link: str | None, out: Path | None) -> None:
    """Turn the FILES of `slipway preview --json --out FILE` into one Markdown comment.

    The comment begins with a hidden marker, so that the next run finds and replaces it. Replaced and deleted resources
    come first and by name, then what the policies found, then every object that changes.
    """
    previews = [read_preview(file.read_text(encoding="utf-8"), file.name) for file in files]
    text = comment.render(previews, commit=commit, link=link)
    if out:
        out.write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)
