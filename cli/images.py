"""Takes a destroyed stack's images out of a registry of this machine.

The build provider does not speak plain HTTP when it deletes, and ignores that it failed. The decision page
`docs/decisions/0013-images-of-destroyed-stacks.md` has what is removed, what is kept, and why.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from typing import Any

import click

from cli import terminal
from cli.plain import mapping, sequence, text
from cli.workspace import Workspace
from components.spec.registry import Registry
from policies.values.image import ImageReference
from toolchain import claims
from toolchain.claims import Claim
from toolchain.distribution import Remote
from toolchain.engine import PROJECT
from toolchain.errors import ToolchainError

IMAGE = "docker-build:index:Image"
INDEX = "docker-build:index:Index"


def claim_of(workspace: Workspace) -> Claim:
    """What tells other checkouts of this machine where the workspace's stack keeps its state."""
    return Claim.of(workspace.engine.checkpoint, PROJECT, workspace.stack, workspace.checkout)


def claim(workspace: Workspace, registry: Registry) -> None:
    """Tell other checkouts that the stack may name images in a registry of this machine."""
    if registry.insecure:
        claim_of(workspace).write(workspace.home)


@contextmanager
def pushing(workspace: Workspace, registry: Registry) -> Generator[None]:
    """While the stack is brought up nobody takes away an image that it pushes, and has not yet named in its state."""
    if not registry.insecure:
        yield
        return
    with claims.pushing(_repository(registry), workspace.home):
        yield


def recorded(workspace: Workspace, registry: Registry) -> list[ImageReference]:
    """The images that the stack's state says it pushed, as far as they go with it; asked before a destroy."""
    checkpoint = workspace.engine.checkpoint
    if not registry.insecure or registry.retain_images or checkpoint is None:
        return []
    removable = [resource for resource in checkpoint.resources() if not resource.get("retainOnDelete")]
    pushed = {reference for resource in removable for reference in pushed_by(resource)}
    below = f"{registry.repository}/"
    return sorted(
        (image for image in pushed if image.registry == registry.address and image.repository.startswith(below)),
        key=str,
    )


def pushed_by(resource: Mapping[str, Any]) -> list[ImageReference]:
    """What a resource in a state pushed, by digest alone."""
    if resource.get("type") not in (IMAGE, INDEX):
        return []
    outputs = mapping(resource.get("outputs"))
    reference, digest = text(outputs.get("ref")), text(outputs.get("digest"))
    digest = digest or reference.rpartition("@")[2]
    names = [text(tag) for tag in sequence(outputs.get("tags"))] or [reference.partition("@")[0]]
    found: list[ImageReference] = []
    for name in names:
        try:
            tagged = ImageReference.parse(name)
            found.append(ImageReference.parse(f"{tagged.name}@{digest}"))
        except ValueError:
            continue
    return found


def remove(workspace: Workspace, registry: Registry, images: list[ImageReference]) -> None:
    """Remove the images that no other stack names, and say how many; what fails is a warning, the stack is gone."""
    if not images:
        return
    own, home = claim_of(workspace), workspace.home
    try:
        with claims.removing(_repository(registry), home) as alone:
            used = [image for image in images if not alone or claims.users(image.digest or "", own, home)]
            gone = [image for image in images if image not in used and _delete(image)]
    except (ToolchainError, OSError) as error:
        terminal.warn(
            f"the stack is destroyed, but its images are still in the registry at {registry.address}: {error}\n"
            "  what stayed is overwritten by the next `slipway up`; `make clean-cache` removes all that is kept here"
        )
        return
    if gone:
        click.echo(f"{_count(gone)} removed from {registry.address}")
    if used:
        why = "another stack on this machine uses the same" if alone else "another stack is being brought up"
        click.echo(f"{_count(used)} kept in {registry.address}: {why}")


def _delete(image: ImageReference) -> bool:
    return Remote(image.registry, insecure=True).delete(image.repository, image.digest or "")


def _count(images: list[ImageReference]) -> str:
    return "1 image" if len(images) == 1 else f"{len(images)} images"


def _repository(registry: Registry) -> str:
    return registry.name_of("")
