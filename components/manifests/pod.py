"""The pod template of a workload."""

from collections.abc import Mapping
from typing import Any

from components.manifests import gpu
from components.manifests.backup import Sidecar
from components.manifests.container import container
from components.manifests.labels import selector, workload_labels
from components.manifests.manifest import Leaf
from components.manifests.profiles import localhost_profiles
from components.manifests.resource_claim import pod_claims
from components.manifests.volumes import volumes
from components.spec.environment import Environment
from components.spec.profiles import NO_PROFILES, OwnProfiles
from components.spec.workload import Workload

_SPREAD_OVER = ("topology.kubernetes.io/zone", "kubernetes.io/hostname")


def pod_template(
    environment: Environment,
    name: str,
    workload: Workload,
    image: Leaf,
    secret_objects: Mapping[str, Leaf],
    beside: Sidecar | None = None,
    profiles: OwnProfiles = NO_PROFILES,
) -> dict[str, Any]:
    """A pod that satisfies the `restricted` Pod Security Standard.

    Args:
        environment: where it runs.
        name: the workload's name.
        workload: the workload.
        image: `repository@sha256:…`, possibly not known yet.
        secret_objects: the name of the Kubernetes secret of each secret that the workload names.
        beside: a further container, if there is one.
        profiles: the workload's own, if it has some; what is beside it has the default.
    """
    mounted = volumes(name, workload, secret_objects)
    main = container(name, workload, image, mounted)
    main["securityContext"] = {**main["securityContext"], **localhost_profiles(name, profiles)}
    spec = {
        "serviceAccountName": name,
        "automountServiceAccountToken": False,
        # Otherwise every Service becomes variables: one called `vllm` would set VLLM_PORT, which that server reads.
        "enableServiceLinks": False,
        # A pod that failed stays, with its log; its job makes another one.
        **({"restartPolicy": "Never"} if workload.job else {}),
        "terminationGracePeriodSeconds": workload.times.grace,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": workload.user,
            "runAsGroup": workload.group,
            # Secret files are mode 0400 and root's; through this group the container's user can read them.
            "fsGroup": workload.group,
            "fsGroupChangePolicy": "OnRootMismatch",
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [main, *([beside.container] if beside else [])],
        "volumes": [
            *(volume.volume() for volume in mounted if volume.source),
            *(beside.volumes if beside else ()),
        ],
        **({"priorityClassName": workload.priority_class} if workload.priority_class else {}),
        **gpu.scheduling(workload.gpu, workload.model.node_local if workload.model else None),
        **pod_claims(name, workload),
        **_spread(name, workload),
    }
    return {"metadata": {"labels": workload_labels(environment, name, workload)}, "spec": spec}


def _spread(name: str, workload: Workload) -> dict[str, Any]:
    """Pods apart from each other, as far as there are zones and nodes: one that cannot be placed helps nobody."""
    if workload.most_pods == 1:
        return {}
    return {
        "topologySpreadConstraints": [
            {
                "maxSkew": 1,
                "topologyKey": key,
                "whenUnsatisfiable": "ScheduleAnyway",
                "labelSelector": {"matchLabels": selector(name)},
            }
            for key in _SPREAD_OVER
        ]
    }
