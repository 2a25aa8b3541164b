"""Waivers of the guardrails, as annotations: packs and scans find them on the object itself."""

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
    if not said:
        return manifest
    metadata = manifest["metadata"]
    return {**manifest, "metadata": {**metadata, "annotations": {**metadata.get("annotations", {}), **said}}}
