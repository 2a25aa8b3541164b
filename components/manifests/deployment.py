"""A workload's pods, kept at their number and replaced one step at a time."""

from collections.abc import Mapping

from components.manifests.labels import selector, workload_labels
from components.manifests.manifest import Leaf, Manifest, manifest
from components.manifests.pod import pod_template
from components.spec.environment import Environment
from components.spec.profiles import NO_PROFILES, OwnProfiles
from components.spec.workload import Workload


def deployment(
    environment: Environment,
    name: str,
    workload: Workload,
    image: Leaf,
    secret_objects: Mapping[str, Leaf],
    profiles: OwnProfiles = NO_PROFILES,
) -> Manifest:
    """A Deployment. With autoscaling it states no replicas: a stated number would fight the autoscaler at every run.

    Args:
        environment: where it runs.
        name: the workload's name.
        workload: the workload.
        image: `repository@sha256:…`, possibly not known yet.
        secret_objects: the name of the Kubernetes secret of each secret that the workload names.
        profiles: its own, if it has some.
    """
    metadata = {
        "name": name,
        "namespace": environment.namespace,
        "labels": workload_labels(environment, name, workload),
    }
    strategy = workload.strategy
    spec = {
        **({} if workload.autoscaling else {"replicas": workload.replicas}),
        "selector": {"matchLabels": selector(name)},
        "progressDeadlineSeconds": workload.times.progress,
        "strategy": {
            "type": "RollingUpdate",
            "rollingUpdate": {"maxSurge": strategy.max_surge, "maxUnavailable": strategy.max_unavailable},
        },
        "template": pod_template(environment, name, workload, image, secret_objects, profiles=profiles),
    }
    return manifest("apps/v1", "Deployment", metadata, spec=spec)
