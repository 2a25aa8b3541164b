"""Previews: shown to a person, or recorded for the pull request's comment."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from cli import capacity, cost, deploy, settings
from cli.failures import CommandError
from cli.git import head
from cli.operation import Outcome, operate, write_err, write_out
from cli.recording import document
from cli.scratch import scratch_stack
from cli.workspace import Workspace
from toolchain.errors import ToolchainError


def show(workspace: Workspace, flags: Sequence[str]) -> None:
    """Run a preview for a person to read."""
    described = settings.load(workspace).settings
    if described.fleet or any(workload.gpu for workload in described.wanted_workloads.values()):
        click.echo(f"{capacity.capacity_table(described.capacity)}\n")
    outcome = _run(workspace, flags, write_out)
    outcome.require_success()
    if told := cost.change_in(outcome.events):
        click.echo(told)


def record(open_workspace: Callable[[], Workspace], stack: str, flags: Sequence[str], out: Path | None) -> None:
    """Run a preview and write it as JSON to `out` or standard output, whatever comes of it; then fail if it failed."""
    outcome: Outcome | None = None
    failure: Exception | None = None
    try:
        outcome = _run(open_workspace(), flags, write_err)
        outcome.require_success()
    except (CommandError, ToolchainError) as error:
        failure = error
    recorded = document(
        stack=stack,
        commit=head(Path.cwd()),
        time=datetime.now(UTC).isoformat(timespec="seconds"),
        error=str(failure) if failure else None,
        events=outcome.events if outcome else (),
        cost=cost.change_in(outcome.events) if outcome else "",
    )
    text = json.dumps(recorded, indent=1) + "\n"
    if out:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(text, encoding="utf-8")
    else:
        click.echo(text, nl=False)
    if failure:
        raise failure


def _run(workspace: Workspace, flags: Sequence[str], show: Callable[[bytes], object]) -> Outcome:
    deploy.prepare(workspace, settings.load(workspace), services_too=False)
    workspace.engine.prepare_preview()
    if workspace.engine.exists():
        return operate(workspace, ["preview", *flags], show=show)
    with scratch_stack(workspace) as (engine, config):
        return operate(workspace, ["preview", *flags, *config], engine=engine, show=show)
