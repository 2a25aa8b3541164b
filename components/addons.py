"""What runs on the nodes of a cluster, so that workloads find there what they ask for."""

from collections.abc import Iterator, Mapping, Sequence

import pulumi

from components.apply import patch
from components.manifests.device_plugin import config_map, device_plugin, mps_daemon
from components.manifests.node_labels import node
from components.manifests.profiles import (
    APPARMOR,
    SECCOMP,
    apparmor_files,
    apparmor_loader,
    profiles_config,
    seccomp_files,
    seccomp_keeper,
)
from components.nodes import Nodes
from components.spec.addons import DEVICE_PLUGIN, KEEPER, LOADER, DevicePlugin, Profiles, offered_pools
from components.spec.addons import Addons as AddonsSpec
from components.spec.fleet import Pool
from components.spec.profiles import OwnProfiles
from components.verified_image import VerifiedImage


class Addons(pulumi.ComponentResource):
    """Labels of nodes; profiles on them; NVIDIA's device plugin for each pool of GPUs, and MPS where one shares by it.

    Attributes:
        ready: what exists once pods with a profile of their own can start.
    """

    ready: Sequence[pulumi.Resource]

    def __init__(
        self,
        name: str,
        spec: AddonsSpec,
        pools: Mapping[str, Pool],
        nodes: Nodes,
        images: Mapping[str, VerifiedImage],
        profiles: Mapping[str, OwnProfiles],
        after: Sequence[pulumi.Resource] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declares the add-ons.

        Args:
            name: the component's name.
            spec: their description.
            pools: the pools of nodes that there are.
            nodes: where they run.
            images: what they run, by name.
            profiles: the profiles that workloads have of their own, by workload.
            after: what must exist before any pod changes.
            opts: Pulumi's options; give the Kubernetes provider here.
        """
        super().__init__("slipway:index:Addons", name, {}, opts)
        for pool, members in spec.node_labels.items():
            for each in members:
                patch(f"node-{each}", node(each, pools[pool]), self)
        if spec.device_plugin:
            self._offer(spec, spec.device_plugin, pools, nodes, images[DEVICE_PLUGIN], after)
        self.ready = [*self._bring(spec, spec.profiles, nodes, images, profiles, after)] if spec.profiles else []
        self.register_outputs({})

    def _bring(
        self,
        addons: AddonsSpec,
        spec: Profiles,
        nodes: Nodes,
        images: Mapping[str, VerifiedImage],
        profiles: Mapping[str, OwnProfiles],
        after: Sequence[pulumi.Resource],
    ) -> Iterator[pulumi.Resource]:
        """Declares what brings profiles, of each kind that some workload has."""
        kinds = (
            (SECCOMP, seccomp_files(profiles), seccomp_keeper, KEEPER),
            (APPARMOR, apparmor_files(profiles), apparmor_loader, LOADER),
        )
        for name, files, bringer, image in kinds:
            if files:
                made = bringer(nodes.spec, addons, spec, files, images[image].reference)
                yield nodes.run(made, self, after, profiles_config(nodes.spec, name, files))

    def _offer(
        self,
        spec: AddonsSpec,
        plugin: DevicePlugin,
        pools: Mapping[str, Pool],
        nodes: Nodes,
        image: VerifiedImage,
        after: Sequence[pulumi.Resource],
    ) -> None:
        """Declares what offers GPUs, for each pool."""
        for name, pool in offered_pools(pools).items():
            config = config_map(nodes.spec, name, pool)
            nodes.run(device_plugin(nodes.spec, spec, plugin, name, pool, image.reference), self, after, config)
            daemon = mps_daemon(nodes.spec, spec, plugin, name, pool, image.reference)
            if daemon:
                nodes.run(daemon, self, after)
