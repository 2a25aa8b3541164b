"""`slipway bases`: what Dockerfiles begin from, by digest."""

from __future__ import annotations

import datetime
import os
from pathlib import Path

import click

from cli import bases, settings
from cli.bases import Held
from cli.failures import CommandError
from cli.workspace import find_checkout
from components.spec.base_lock import FILE, BaseLock, read_base_lock, written


@click.group("bases")
def command() -> None:
    """Hold the images that Dockerfiles begin from to the digests in `images/bases.lock`.

    Registries are asked as whoever is logged in (`docker login`), or as anybody.
    """


@command.command("refresh")
def refresh() -> None:
    """Ask every registry which image its tag stands for, and write the lock. Commit it and open a pull request.

    What cannot be asked stays as it was, and the command exits with 1. The day of a base changes only with its digest:
    where nothing moved, nothing is written.
    """
    checkout, lock, found = _held()
    for each in found:
        click.echo(bases.line(each), err=each.state in ("gone", "unread"))
    made = written(bases.refreshed(found))
    if made != written(lock) or not (checkout / FILE).is_file():
        (checkout / FILE).write_text(made, encoding="utf-8")
        click.echo(f"Recorded in {FILE}. Commit it and open a pull request.")
    if any(each.state in ("gone", "unread") for each in found):
        raise CommandError("some bases are as they were\n  mend: what stands above; then refresh again")


@command.command("check")
def check() -> None:
    """Say which bases are not what the lock says, and change nothing: exits with 0 when all are, else with 1."""
    _, _, found = _held()
    other = [each for each in found if each.state != "current"]
    for each in found:
        click.echo(bases.line(each), err=each in other)
    if not other:
        return
    unread = [each for each in other if each.state == "unread"]
    problem = f"{FILE} is not what {len(other)} of {len(found)} bases are"
    mend = "`slipway bases refresh`, and review the difference"
    if len(unread) == len(other):
        problem, mend = f"{len(unread)} of {len(found)} bases cannot be read", "check the network, then run again"
    raise CommandError(f"{problem}\n  mend: {mend}")


def _held() -> tuple[Path, BaseLock, list[Held]]:
    checkout = find_checkout(Path.cwd())
    lock = settings.checked(lambda: read_base_lock(checkout))
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    return checkout, lock, bases.held(lock, bases.named(checkout), os.environ, today)
