"""Tidies up the repositories of a stack's images, or says what tidying up would do."""

from __future__ import annotations

import contextlib
from collections.abc import Generator
from datetime import UTC, datetime

import click

from cli import terminal
from cli.failures import CommandError
from cli.remote import remote
from cli.retention import times
from cli.retention.inventory import inventory
from cli.retention.plan import Plan, plan
from cli.retention.used import used
from cli.workspace import Workspace
from components.spec.image import ExternalImage, PromoteImage
from components.spec.promotion import promoted_name
from components.spec.settings import Settings
from toolchain import claims
from toolchain.distribution import Remote


def show(workspace: Workspace, settings: Settings) -> None:
    """Say what would go and why the rest stays.

    Raises:
        CommandError: What is in use cannot be known.
        ToolchainError: The registry refuses, or is gone.
    """
    _warn_of_unknown(workspace)
    registry = remote(workspace, settings)
    planned = [_planned(workspace, settings, registry, name) for name in repositories(settings)]
    if any(each.going for each in planned):
        click.echo(f"Nothing was removed: `slipway retention apply --stack {workspace.stack}` does it.")


def apply(workspace: Workspace, settings: Settings) -> None:
    """Remove what goes.

    A run that is cut short leaves nothing half: the next one goes on.

    Raises:
        CommandError: What is in use cannot be known, or a stack is being brought up.
        ToolchainError: The registry refuses, or is gone.
    """
    _warn_of_unknown(workspace)
    registry = remote(workspace, settings)
    with _alone(workspace, settings):
        for name in repositories(settings):
            repository = f"{settings.registry.repository}/{name}"
            planned = _planned(workspace, settings, registry, name, remember=True)
            gone = sum(registry.delete(repository, digest) for digest in planned.going)
            click.echo(f"{_count(gone, 'manifest')} removed from {registry.address}/{repository}")


def repositories(settings: Settings) -> list[str]:
    """The images of the stack that are in its registry."""
    images = {
        promoted_name(name, image.source) if isinstance(image.source, PromoteImage) else name
        for name, image in settings.images.items()
        if not isinstance(image.source, ExternalImage)
    }
    return sorted(images | set(settings.bases))


def _planned(workspace: Workspace, settings: Settings, registry: Remote, name: str, *, remember: bool = False) -> Plan:
    """Look at a repository, decide, and say so; `remember` puts on record when each image was first seen."""
    limits, repository = settings.registry.retention, f"{settings.registry.repository}/{name}"
    now = datetime.now(UTC)
    known = times.read(registry, repository)
    found = inventory(registry, repository, known, used(workspace, limits.rollbacks), now)
    if remember:
        times.write(registry, repository, {digest: each.time for digest, each in found.items() if each.time})
    # Asked again: reading a large repository takes a while, in which somebody may have brought a stack up.
    planned = plan(found, limits, used(workspace, limits.rollbacks), now)
    _tell(name, planned)
    return planned


def _tell(name: str, planned: Plan) -> None:
    stay = sum(each.stays for each in planned.decisions)
    click.echo(
        f"{click.style(name, bold=True)}  {_count(len(planned.decisions), 'image')}: {stay} stay, "
        f"{len(planned.decisions) - stay} go ({_count(len(planned.going), 'manifest')})"
    )
    rows = [
        ("stays" if each.stays else "goes", each.image.digest[:19], " ".join(sorted(each.image.tags)) or "-", each.why)
        for each in planned.decisions
    ]
    width = max((len(tags) for _, _, tags, _ in rows), default=0)
    for verdict, digest, tags, why in rows:
        click.echo(f"  {verdict:5}  {digest}  {tags:{width}}  {why}")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _warn_of_unknown(workspace: Workspace) -> None:
    """Stacks that have a file here and no state in this backend may be kept in another one."""
    checkpoint = workspace.engine.checkpoint
    if checkpoint is None:
        return
    known = {each.stack for each in (checkpoint, *checkpoint.siblings()) if each.file()}
    for name in workspace.stacks():
        if name not in known:
            terminal.warn(f"stack {name} has no state in this backend: only what is promoted to it is known to be used")


@contextlib.contextmanager
def _alone(workspace: Workspace, settings: Settings) -> Generator[None]:
    """Nobody pushes to a registry of this machine meanwhile: an image is there before a state names it."""
    if not settings.registry.insecure:
        yield
        return
    with claims.removing(settings.registry.name_of(""), workspace.home) as alone:
        if not alone:
            raise CommandError(
                "another stack is being brought up, and its images are in no state yet: nothing was removed\n"
                "  mend: run again when it is up"
            )
        yield
