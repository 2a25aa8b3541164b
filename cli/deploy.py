"""Brings a stack up or down: everything around the engine's run."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any, cast

import click

from cli import events, image_tags, images, keys, lost_images, settings, terminal
from cli.failures import BadInputError
from cli.needs import ENGINE, needs
from cli.operation import Outcome, operate
from cli.plain import mapping
from cli.workspace import Workspace
from components.spec.loading import Loaded
from components.spec.without_effect import without_effect
from toolchain import docker_host, install, registry, services, trials
from toolchain.progress import Progress

# The one stack whose passphrase is published, so that it can be made without asking anybody.
SELF_MADE = "dev"


def prepare(workspace: Workspace, loaded: Loaded, *, services_too: bool) -> None:
    """Bring what the stack needs, and start the services it uses.

    Raises:
        ToolchainError: something could not be brought or started.
    """
    wanted = needs(loaded.settings, registry.address())
    progress = Progress()
    install.ensure(wanted.tools, workspace.home, progress)
    keys.ensure_own(workspace, loaded.settings)
    if services_too:
        images.claim(workspace, loaded.settings.registry)
    if services_too and wanted.services:
        builds = loaded.settings.builds.values()
        services.up(workspace.home, progress, [workspace.checkout / each.folder / each.dockerfile for each in builds])
    if services_too and wanted.docker_host:
        docker_host.ensure(workspace.home, progress)


def make_ready(workspace: Workspace) -> None:
    """Bring everything that a run of the plain CLI takes for granted, the stack itself included where that may be.

    Mistakes in the stack file are a warning here: the mend may need the plain CLI, which stores missing secrets.

    Raises:
        ToolchainError: something could not be brought or started.
    """
    try:
        loaded = settings.load(workspace)
    except BadInputError as error:
        terminal.warn(str(error))
        install.ensure(ENGINE, workspace.home, Progress())
    else:
        prepare(workspace, loaded, services_too=True)
    if workspace.stack == SELF_MADE:
        make_stack(workspace)


def up(workspace: Workspace, flags: Sequence[str]) -> None:
    """Bring the stack up and say what it is made of now."""
    began = time.monotonic()
    loaded = settings.load(workspace)
    settings.require_promotions(workspace, loaded)
    image_tags.require_clean(workspace, loaded.settings)
    prepare(workspace, loaded, services_too=True)
    # Where policies only advise there is nothing to learn before the first change; elsewhere a violation that shows at
    # the last resource must be known before the first one is touched.
    preview_first = [] if loaded.settings.environment.tier != "dev" else ["--skip-preview"]
    with workspace.engine.alone(), images.pushing(workspace, loaded.settings.registry):
        recover(workspace)
        make_stack(workspace)
        again = lost_images.rebuild(workspace, loaded.settings.registry)
        outcome = operate(workspace, ["up", "--yes", *preview_first, *again, *flags])
    outcome.require_success()
    tell(outcome, time.monotonic() - began, dict(without_effect(loaded)))
    outputs = events.stack_outputs(outcome.events)
    image_tags.put(workspace, loaded.settings, {**mapping(outputs.get("bases")), **mapping(outputs.get("images"))})


def destroy(workspace: Workspace) -> None:
    """Remove what the stack declared."""
    began = time.monotonic()
    loaded = settings.load(workspace)
    prepare(workspace, loaded, services_too=True)
    with workspace.engine.alone():
        recover(workspace)
        if not workspace.engine.exists():
            click.echo(f"Stack {workspace.stack!r} was never brought up: nothing to remove.")
            return
        pushed = images.recorded(workspace, loaded.settings.registry)
        outcome = operate(workspace, ["destroy", "--yes", "--skip-preview"], policies=False)
        outcome.require_success()
        images.remove(workspace, loaded.settings.registry, pushed)
    tell(outcome, time.monotonic() - began, {})


def recover(workspace: Workspace) -> None:
    """Put right what a killed run left behind, and say so."""
    # What dev holds can be made again from its description; whether an older state of another stack will do, a person
    # decides.
    for sentence in workspace.engine.recover(restore=workspace.stack == SELF_MADE):
        terminal.say(f"recovered: {sentence}")
    if swept := trials.sweep(workspace.home):
        terminal.say(f"recovered: took away what {swept} killed test(s) of an image left")


def make_stack(workspace: Workspace) -> None:
    """Make the stack in the backend if it is missing, which only `dev` allows without being asked.

    Raises:
        BadInputError: the stack needs a secrets provider of its own first.
    """
    if workspace.engine.exists():
        return
    if workspace.stack != SELF_MADE:
        raise BadInputError(
            f"the stack {workspace.stack!r} is not initialised: its secrets have no provider or key of their own yet\n"
            f"  mend: run `slipway stack init {workspace.stack}` once, and commit the stack file it completes"
        )
    workspace.engine.create()


def tell(outcome: Outcome, seconds: float, idle: Mapping[str, str]) -> None:
    """Print what the run left: images by digest, workloads, the manifests' folder, counts and time.

    Args:
        outcome: the run's.
        seconds: how long it took.
        idle: the fields of the stack file that had no effect on this target, and why.
    """
    outputs = events.stack_outputs(outcome.events)
    click.echo()
    _tell_map("Images", cast(Mapping[str, Any], outputs.get("images") or {}))
    _tell_map("Workloads", cast(Mapping[str, Any], outputs.get("workloads") or {}))
    if folder := outputs.get("manifests"):
        click.echo(f"{click.style('Manifests', bold=True)}\n  {folder}")
    _tell_map("Without effect on this target", idle)
    summary = events.summary(outcome.events)
    click.echo(f"{events.counts_in_words(summary.counts if summary else {})} in {seconds:.1f} s")


def _tell_map(title: str, entries: Mapping[str, Any]) -> None:
    if not entries:
        return
    click.echo(click.style(title, bold=True))
    width = max(len(name) for name in entries)
    for name, value in sorted(entries.items()):
        click.echo(f"  {name.ljust(width)}  {value}")
