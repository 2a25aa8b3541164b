"""The provider of an environment's target."""

from pathlib import Path

import pulumi
import pulumi_kubernetes

from components.registry import Registry
from components.spec.environment import Environment
from components.spec.target import DockerTarget, KubernetesTarget, RenderTarget


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
        # What a killed run created and could not record is taken over by the next one: the official plugin has no other
        # way to tell it from somebody else's. `docs/decisions/0014-adoption-by-field-manager.md` has what that costs.
        upsert_existing_objects=True,
    )


def docker_provider(target: DockerTarget, registry: Registry) -> pulumi.ProviderResource:
    """A provider for the target's Docker host, which pulls with the registry's credentials where it has some."""
    import pulumi_docker  # programs for other targets are spared the import

    return pulumi_docker.Provider(
        "target",
        host=target.host,
        registry_auth=[
            pulumi_docker.ProviderRegistryAuthArgs(
                address=each["address"], username=each.get("username"), password=each.get("password")
            )
            for each in registry.credentials
        ]
        or None,
    )
