"""Turns a plain Docker object into a typed Pulumi resource: the only place that knows both."""

import re
from collections.abc import Callable, Sequence
from typing import cast

import pulumi

from components.manifests.docker_object import DockerObject

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def docker_apply(
    name: str, described: DockerObject, parent: pulumi.Resource, *, after: Sequence[pulumi.Resource] = ()
) -> pulumi.CustomResource:
    """Declares the object.

    Args:
        name: the resource's logical name.
        described: the object; its values may be outputs, its keys are camelCase.
        parent: the component it belongs to.
        after: what must exist before it, beyond what its values say.
    """
    import pulumi_docker  # programs for other targets are spared the import

    fields = {_HUMP.sub("_", key).lower(): value for key, value in described.items() if key != "kind"}
    kind = cast("Callable[..., pulumi.CustomResource]", getattr(pulumi_docker, described["kind"]))
    opts = pulumi.ResourceOptions(
        parent=parent,
        depends_on=list(after) or None,
        # A name in use cannot be created a second time. An image's is its digest, and its container goes first.
        delete_before_replace=described["kind"] != "RemoteImage" or None,
    )
    return kind(name, opts=opts, **fields)
