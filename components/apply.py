"""Turns a plain Kubernetes object into a typed Pulumi resource: the only place that knows both."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from importlib import import_module
from typing import cast

import pulumi

from components.manifests.manifest import Manifest

_MODULES: Mapping[str, str] = {
    "v1": "core.v1",
    "apps/v1": "apps.v1",
    "autoscaling/v2": "autoscaling.v2",
    "batch/v1": "batch.v1",
    "networking.k8s.io/v1": "networking.v1",
    "policy/v1": "policy.v1",
    "rbac.authorization.k8s.io/v1": "rbac.v1",
    "resource.k8s.io/v1": "resource.v1",
}
"""The module of `pulumi_kubernetes` for each group and version; the class is named as the kind."""

_CUSTOM = frozenset({"keda.sh/v1alpha1"})
"""Groups and versions that a cluster has only where somebody installed them."""

_NAMED_BY_CONTENT = frozenset({"ResourceClaimTemplate"})
"""Kinds whose objects never change, without a field that says so."""

_KEPT = frozenset({"PersistentVolumeClaim"})
"""Kinds whose objects stay when nobody describes them any longer: what they hold is nobody's to throw away."""

_RUN_ANEW = frozenset({"Job"})
"""Kinds whose objects are made anew for any change: what has run cannot be changed, only run again."""

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")

ResourceClass = Callable[..., pulumi.CustomResource]


@cache
def resource_class(api_version: str, kind: str) -> ResourceClass:
    """The typed resource of a kind, imported when first asked for: the SDK has hundreds.

    Raises:
        LookupError: nothing here makes objects of this group and version yet.
    """
    if api_version in _CUSTOM:
        from pulumi_kubernetes.apiextensions import CustomResource  # only programs that make one are to import it

        return partial(CustomResource, api_version=api_version, kind=kind)
    try:
        module = import_module(f"pulumi_kubernetes.{_MODULES[api_version]}")
    except KeyError:
        raise LookupError(
            f"no resource class for {api_version} {kind}: add its module to components/apply.py"
        ) from None
    return cast("ResourceClass", getattr(module, kind))


def patch(name: str, manifest: Manifest, parent: pulumi.Resource) -> pulumi.CustomResource:
    """Declares a part of an object that somebody else made; what is declared of it goes with the stack, and no more.

    Args:
        name: the resource's logical name.
        manifest: the part.
        parent: the component it belongs to.
    """
    return apply(name, {**manifest, "kind": f"{manifest['kind']}Patch"}, parent)


def apply(
    name: str,
    manifest: Manifest,
    parent: pulumi.Resource,
    *,
    after: Sequence[pulumi.Resource] = (),
    timeout_seconds: int | None = None,
) -> pulumi.CustomResource:
    """Declares the object.

    Args:
        name: the resource's logical name.
        manifest: the object; its values may be outputs, its keys are camelCase.
        parent: the component it belongs to.
        after: what must exist before it, beyond what its values say.
        timeout_seconds: how long Pulumi waits for it to be ready; its default is ten minutes.
    """
    fields = {
        _HUMP.sub("_", key).lower(): value for key, value in manifest.items() if key not in {"apiVersion", "kind"}
    }
    timeout = f"{timeout_seconds}s"
    opts = pulumi.ResourceOptions(
        parent=parent,
        depends_on=list(after) or None,
        # A name in use cannot be created a second time. Immutable objects carry their content in their name instead,
        # and are made before the old ones go, which pods may still mount.
        delete_before_replace=None if manifest.get("immutable") or manifest["kind"] in _NAMED_BY_CONTENT else True,
        replace_on_changes=["spec"] if manifest["kind"] in _RUN_ANEW else None,
        retain_on_delete=True if manifest["kind"] in _KEPT else None,
        custom_timeouts=pulumi.CustomTimeouts(create=timeout, update=timeout) if timeout_seconds else None,
    )
    return resource_class(manifest["apiVersion"], manifest["kind"])(name, opts=opts, **fields)
