"""How a pod claims devices from the drivers of dynamic resource allocation."""

from typing import Any

from components.manifests.gpu import CLAIM
from components.manifests.labels import workload_labels
from components.manifests.manifest import Manifest, manifest
from components.manifests.names import content_suffix, derived
from components.spec.environment import Environment
from components.spec.gpu_claim import Choice, DeviceClaim, Devices
from components.spec.workload import Workload


def resource_claim_template(environment: Environment, name: str, workload: Workload) -> Manifest | None:
    """A ResourceClaimTemplate, or None: each pod gets a claim of its own. It cannot change, and its name follows it."""
    claim = workload.gpu.claim if workload.gpu else None
    if claim is None:
        return None
    metadata = {
        "name": _template_name(name, claim),
        "namespace": environment.namespace,
        "labels": workload_labels(environment, name, workload),
    }
    return manifest("resource.k8s.io/v1", "ResourceClaimTemplate", metadata, spec={"spec": _devices(claim)})


def pod_claims(name: str, workload: Workload) -> dict[str, Any]:
    """Fields of the pod's spec."""
    claim = workload.gpu.claim if workload.gpu else None
    if claim is None:
        return {}
    return {"resourceClaims": [{"name": CLAIM, "resourceClaimTemplateName": _template_name(name, claim)}]}


def container_claims(workload: Workload) -> dict[str, Any]:
    """Fields of the container's resources."""
    return {"claims": [{"name": CLAIM}]} if workload.gpu and workload.gpu.claim else {}


def _template_name(name: str, claim: DeviceClaim) -> str:
    return derived(name, CLAIM, content_suffix(_devices(claim)))


def _devices(claim: DeviceClaim) -> dict[str, Any]:
    wanted = (
        {"exactly": _request(claim.exactly)}
        if claim.exactly
        else {"firstAvailable": [_choice(each) for each in claim.first_available or ()]}
    )
    return {"devices": {"requests": [{"name": CLAIM, **wanted}]}}


def _choice(choice: Choice) -> dict[str, Any]:
    return {"name": choice.name, **_request(choice)}


def _request(devices: Devices) -> dict[str, Any]:
    selectors = [{"cel": {"expression": text}} for text in devices.selectors]
    return {
        "deviceClassName": devices.device_class,
        "allocationMode": "ExactCount",
        "count": devices.count,
        **({"selectors": selectors} if selectors else {}),
    }
