"""Waivers of the guardrails, as annotations: packs and scans find them on the object itself."""

from collections.abc import Mapping

from components.manifests.manifest import Manifest
from components.spec.workload import Workload
from policies.values.waiver import annotation


def waived(manifest: Manifest, workload: Workload) -> Manifest:
    """The object with the workload's waivers; pods are not replaced for it, since their template stays as it is.

    Args:
        manifest: One of the workload's objects.
        workload: Its description.

    Returns:
        The object, the same when nothing is waived.
    """
    said: dict[str, str] = {}
    for each in workload.waivers:
        said |= annotation(each.rule, reason=each.reason, owner=each.owner, expires=each.expires, ticket=each.ticket)
    return _annotated(manifest, said)


def excepted(manifest: Manifest, rules: Mapping[str, str], *, owner: str, until: str) -> Manifest:
    """An object of slipway's own that cannot keep to some rules.

    Args:
        manifest: The object.
        rules: The id of each, and why it cannot.
        owner: Who answers for it.
        until: The last day on which it counts, such as `2027-01-31`.
    """
    said: dict[str, str] = {}
    for rule, reason in rules.items():
        said |= annotation(rule, reason=reason, owner=owner, expires=until)
    return _annotated(manifest, said)


def _annotated(manifest: Manifest, said: Mapping[str, str]) -> Manifest:
    if not said:
        return manifest
    metadata = manifest["metadata"]
    return {**manifest, "metadata": {**metadata, "annotations": {**metadata.get("annotations", {}), **said}}}
