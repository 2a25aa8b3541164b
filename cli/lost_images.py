"""Finds the images that a stack pushed to a registry of this machine and that are not there any more.

A registry of this machine is emptied with its cache (`make clean-cache`). The engine compares a stack with its state
alone and would call such an image unchanged; the build provider cannot tell it better, since it does not speak plain
HTTP when it reads back.
"""

from __future__ import annotations

from cli import images, terminal
from cli.plain import text
from cli.workspace import Workspace
from components.spec.registry import Registry
from policies.values.image import ImageReference
from toolchain import oci
from toolchain.errors import ToolchainError


def rebuild(workspace: Workspace, registry: Registry) -> list[str]:
    """The flags with which `up` builds lost images again, after saying which they are.

    Replacing pushes before it deletes what it replaces, and here that is the same digest; the provider's deletes do
    not reach a registry without TLS (`docs/decisions/0013-images-of-destroyed-stacks.md`), so that what was pushed
    stays. A registry that cannot be asked has lost nothing that is known: if it is down, the push will say so.
    """
    checkpoint = workspace.engine.checkpoint
    if not registry.insecure or checkpoint is None:
        return []
    flags: list[str] = []
    for resource in checkpoint.resources():
        gone = [image for image in images.pushed_by(resource) if image.registry == registry.address and _gone(image)]
        if gone:
            terminal.say(f"{gone[0]} is gone from the registry: built again")
            flags += ["--replace", text(resource.get("urn"))]
    return flags


def _gone(image: ImageReference) -> bool:
    try:
        return oci.pushed(image.registry, image.repository, image.digest or "") is None
    except ToolchainError:
        return False
