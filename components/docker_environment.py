"""One environment on a Docker host: the networks on which its workloads meet."""

from collections.abc import Mapping

import pulumi

from components.docker_apply import docker_apply
from components.manifests.docker_network import networks
from components.spec.environment import Environment as EnvironmentSpec
from components.spec.target import DockerTarget
from components.spec.workload import Workload


class DockerEnvironment(pulumi.ComponentResource):
    """A network for each workload that others call, one for what is published, one for what calls outside.

    Attributes:
        spec: its description.
        target: what the host has.
        workloads: what runs in it.
        networks: its networks, by role.
    """

    networks: Mapping[str, pulumi.Resource]

    def __init__(
        self,
        name: str,
        spec: EnvironmentSpec,
        target: DockerTarget,
        workloads: Mapping[str, Workload],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declares the networks.

        Args:
            name: the component's name.
            spec: its description.
            target: what the host has.
            workloads: what runs in it: who may call whom decides on the networks.
            opts: Pulumi's options; give the Docker provider here.
        """
        super().__init__("slipway:index:DockerEnvironment", name, {}, opts)
        self.spec, self.target, self.workloads = spec, target, workloads
        self.networks = {
            role: docker_apply(f"{name}-{role}", network, self) for role, network in networks(spec, workloads).items()
        }
        self.register_outputs({"namespace": spec.namespace, "tier": spec.tier})
