"""One environment: a guarded namespace for workloads to live in."""

import pulumi

from components.apply import apply
from components.manifests.limit_range import limit_range
from components.manifests.namespace import namespace
from components.manifests.network_policy import default_deny
from components.manifests.pull_secret import pull_secret
from components.manifests.resource_quota import resource_quota
from components.registry import Registry
from components.spec.environment import Environment as EnvironmentSpec


class Environment(pulumi.ComponentResource):
    """A namespace with Pod Security labels, quota, default sizes, default-deny network policy and pull secret.

    Attributes:
        spec: its description.
        pulls_with_secret: whether nodes need the pull secret.
        ready: what must exist before a workload's pods do.
        namespace: the namespace itself, which everything else comes after.
    """

    def __init__(
        self, name: str, spec: EnvironmentSpec, registry: Registry, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        """Declares the environment.

        Args:
            name: the component's name.
            spec: its description.
            registry: where its images come from.
            opts: Pulumi's options; give the Kubernetes provider here.
        """
        super().__init__("slipway:index:Environment", name, {}, opts)
        self.spec = spec
        self.pulls_with_secret = registry.docker_config is not None
        self.namespace = apply(f"{name}-namespace", namespace(spec), self)
        members = {
            "quota": resource_quota(spec),
            "defaults": limit_range(spec),
            "default-deny": default_deny(spec),
            "registry": pull_secret(spec, registry.docker_config) if self.pulls_with_secret else None,
        }
        self.ready: list[pulumi.Resource] = [self.namespace]
        self.ready += [
            apply(f"{name}-{role}", manifest, self, after=[self.namespace])
            for role, manifest in members.items()
            if manifest is not None
        ]
        self.register_outputs({"namespace": spec.namespace, "tier": spec.tier})
