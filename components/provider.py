"""The Kubernetes provider of an environment's target."""

from pathlib import Path

import pulumi_kubernetes

from components.spec.environment import Environment
from components.spec.target import KubernetesTarget, RenderTarget


def kubernetes_provider(
    environment: Environment, target: RenderTarget | KubernetesTarget
) -> pulumi_kubernetes.Provider:
    """A provider that writes manifests to the target's folder, or applies them to its cluster."""
    if isinstance(target, RenderTarget):
        return pulumi_kubernetes.Provider(
            "target", namespace=environment.namespace, render_yaml_to_directory=target.folder
        )
    return pulumi_kubernetes.Provider(
        "target",
        namespace=environment.namespace,
        context=target.context,
        kubeconfig=str(Path(target.kubeconfig).expanduser()) if target.kubeconfig else None,
        # What a killed run created and could not record is taken over by the next one.
        upsert_existing_objects=True,
    )
