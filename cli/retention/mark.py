"""Puts a tag on everything that must stay, for policies of registries that do not know what runs."""

from __future__ import annotations

import contextlib

import click

from cli.remote import remote
from cli.retention.policies import MARK
from cli.retention.run import repositories
from cli.retention.used import used
from cli.workspace import Workspace
from components.spec.settings import Settings
from toolchain.errors import ToolchainError


def mark(workspace: Workspace, settings: Settings) -> None:
    """Tag what is in use, and take the tag from what is not any more, where the registry takes tags away alone.

    Raises:
        CommandError: What is in use cannot be known.
        ToolchainError: The registry refuses, or is gone.
    """
    registry, in_use = remote(workspace, settings), used(workspace, settings.registry.retention.rollbacks)
    for name in repositories(settings):
        repository = f"{settings.registry.repository}/{name}"
        wanted = {f"{MARK}{digest.partition(':')[2][:12]}": digest for digest in in_use}
        present = {tag for tag in registry.tags(repository) if tag.startswith(MARK)}
        found = 0
        for tag, digest in wanted.items():
            content = registry.manifest(repository, digest)
            found += content is not None
            if content and tag not in present:
                registry.put_manifest(repository, tag, content.data, content.media_type)
        for tag in sorted(present - wanted.keys()):
            # By its name a tag goes alone. Registries that cannot do that keep an image too many.
            with contextlib.suppress(ToolchainError):
                registry.delete(repository, tag)
        click.echo(f"{name}  {found} in use")
