"""Puts names on the images of a stack that is up. The digest, and so what runs, stays what it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click

from cli import terminal
from cli.failures import BadInputError, CommandError
from cli.git import commit
from cli.remote import remote
from cli.workspace import Workspace
from components.spec.image import BuildImage
from components.spec.settings import Settings
from components.spec.tags import Commit, DirtyTreeError, Tags, image_tags
from policies.values.image import ImageReference
from policies.values.tag import Version
from toolchain.distribution import Content, Remote
from toolchain.errors import ToolchainError


def require_clean(workspace: Workspace, settings: Settings) -> None:
    """Refuse to build from a source that no commit holds, outside `dev`: the image may reach prod.

    Raises:
        BadInputError: with every such image.
    """
    dirty: list[str] = []
    for name, build in settings.builds.items():
        source = _source(workspace, build)
        try:
            image_tags(build.tags, settings.environment.tier, source)
        except DirtyTreeError as error:
            dirty.append(f"  found:   {name}: {error}")
        if source is None and build.tags.git:
            terminal.warn(f"{name} gets no tag of its commit: {workspace.checkout} has none")
    if dirty:
        raise BadInputError(
            f"{workspace.stack} would be built from files that no commit holds\n"
            + "\n".join(dirty)
            + "\n  allowed: the source of a commit; outside `dev`, what is built may reach prod"
            "\n  mend:    commit the files, or remove them"
        )


def put(workspace: Workspace, settings: Settings, images: Mapping[str, Any]) -> None:
    """Put on each built image the tags that its description asks for; those that it has stay untouched.

    Args:
        workspace: The stack that is up.
        settings: Its settings.
        images: What it built, among others: names and references by digest.

    Raises:
        CommandError: A version is another image's already.
        ToolchainError: The registry refuses, or is gone.
    """
    wanted = {name: build for name, build in settings.builds.items() if build.tags != Tags() and name in images}
    if not wanted:
        return
    registry = remote(workspace, settings)
    for name, build in wanted.items():
        reference = ImageReference.parse(str(images[name]))
        try:
            names = _names(workspace, settings, registry, build, reference)
            moved = _put(registry, name, build.tags.version, names, reference)
        except ToolchainError as error:
            message = f"{name} is up, but not all of its tags are put on {reference}: {error.message}"
            raise ToolchainError(message, error.mend) from error
        click.echo(f"{click.style('Tags', bold=True)}  {name}  {' '.join(moved) or 'as they were'}")


def _names(
    workspace: Workspace, settings: Settings, registry: Remote, build: BuildImage, image: ImageReference
) -> tuple[str, ...]:
    existing = registry.tags(image.repository) if build.tags.version else ()
    return image_tags(build.tags, settings.environment.tier, _source(workspace, build), existing)


def _source(workspace: Workspace, build: BuildImage) -> Commit | None:
    return commit(workspace.checkout, [build.folder, *build.contexts.values()])


def _put(registry: Remote, name: str, version: str | None, names: Sequence[str], image: ImageReference) -> list[str]:
    """The tags that were not on the image before, and are now."""
    repository, digest = image.repository, image.digest or ""
    held = registry.manifest(repository, digest)
    if held is None:
        raise CommandError(
            f"{name} runs, but {image} is not in the registry: it got no tags\n  mend: run again, which builds it again"
        )
    moved: list[str] = []
    # The version first: where it is taken, nothing else moves.
    for tag in names:
        before = registry.manifest(repository, tag)
        if before and before.digest == digest:
            continue
        if before and tag == version:
            raise _taken(name, Version.parse(tag), before, digest)
        registry.put_manifest(repository, tag, held.data, held.media_type)
        moved.append(tag)
    return moved


def _taken(name: str, version: Version, before: Content, digest: str) -> CommandError:
    return CommandError(
        f"{name} is up, and got no tags: version {version} is another image already\n"
        f"  found:   {before.digest[:19]}… in the registry, {digest[:19]}… running\n"
        "  allowed: a version that stands for one image for ever\n"
        f"  mend:    raise `image.build.tags.version` of {name}, and run again"
    )
