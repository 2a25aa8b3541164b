"""What runs on the nodes themselves, so that workloads find there what they ask for: GPUs, labels, profiles."""

from collections.abc import Iterator, Mapping
from itertools import permutations
from typing import Annotated

from pydantic import Field

from components.spec import defaults
from components.spec.base import Items, Spec
from components.spec.checked import Checked, Checks
from components.spec.environment import Environment
from components.spec.fleet import Pool
from components.spec.gpu import MigSlice, SharedGpu, WholeGpus
from components.spec.image import BuildImage, Image
from components.spec.problem import listed, suggestion
from components.spec.refusal import Refusal
from components.spec.resources import Resources
from components.spec.values import DNS_LABEL_LIMIT, OBJECT_NAME, AbsolutePath, Name, matching
from components.spec.waiver import Day
from components.spec.workload import Workload

DEVICE_PLUGIN = "nvidia-device-plugin"
"""The name of NVIDIA's device plugin: of its image, and before its pools' in those of its objects."""

KEEPER = "file-keeper"
"""The image that brings files to where programs read them: profiles on nodes, secrets and files on a Docker host."""

LOADER = "profile-loader"
"""The image that loads AppArmor profiles into the kernels of nodes."""

SUFFIX = "-nodes"
"""What follows the environment's namespace in the name of the one for what runs on the nodes."""

NodeName = Annotated[
    str,
    matching(OBJECT_NAME, 253, "the name of a node, as `kubectl get nodes` lists it", "gpu-node-1"),
    Field(examples=["gpu-node-1"]),
]
"""The name of a node."""


class DevicePlugin(Checked):
    """NVIDIA's device plugin, for each pool of the fleet whose GPUs it offers: configured as the pool is described."""

    image: Image
    """Its image, by digest: `external`, or `promote` for a copy in your own registry."""

    runtime_class: Annotated[Name, Field(examples=["nvidia"])] | None = None
    """The RuntimeClass that lets it see the GPUs; left out, the nodes' default runtime is NVIDIA's. Workloads with
    such GPUs name the same one."""

    feature_discovery: bool = False
    """Whether a second container writes what the GPUs are for node feature discovery, which then has to run on the
    cluster."""

    resources: Resources = Resources.model_validate(defaults.NODE_AGENT_SIZES)
    """Processor time, memory and local disk of each of its containers."""

    def checks(self) -> Checks:
        """An image that somebody pinned."""
        yield self._not_built()

    def _not_built(self) -> Iterator[Refusal]:
        if self.image.build:
            yield Refusal(
                at=("image", "build"),
                found="an image that is built here",
                allowed="NVIDIA's own image: `external`, or `promote`",
                mend="write `external: {reference: nvcr.io/nvidia/k8s-device-plugin:v…@sha256:…, reason: …}`",
            )


class Profiles(Spec):
    """What brings the profiles of workloads to the nodes, and stays there."""

    image: Image = Image(build=BuildImage(folder=f"images/{KEEPER}"))
    """The image of what writes seccomp profiles, as a workload's; left out, `images/file-keeper` is built."""

    loader: Image = Image(build=BuildImage(folder=f"images/{LOADER}"))
    """The image of what loads AppArmor profiles, as a workload's; left out, `images/profile-loader` is built."""

    resources: Resources = Resources.model_validate(defaults.NODE_AGENT_SIZES)
    """Processor time, memory and local disk of each of the two on each node."""


class Addons(Checked):
    """What runs in the namespace `<namespace>-nodes`, whose pods may use folders of the nodes."""

    until: Day
    """The last day on which the guardrails let them; the environment's owner answers for it."""

    kubelet_folder: Annotated[AbsolutePath, Field(examples=[defaults.KUBELET_FOLDER])] = defaults.KUBELET_FOLDER
    """The kubelet's own folder on the nodes (its `--root-dir`)."""

    device_plugin: DevicePlugin | None = None
    """What offers NVIDIA's GPUs to pods; left out, something else does."""

    profiles: Profiles | None = None
    """What brings profiles to the nodes; required by workloads that have one of their own."""

    node_labels: Annotated[Mapping[Name, Items[NodeName]], Field(examples=[{"l4": ["gpu-node-1"]}])] = {}
    """The nodes of pools by name: each gets its pool's labels, and those by which GPUs are asked for. Where nothing
    discovers them."""

    def checks(self) -> Checks:
        """Something that is wanted, and each node in one pool."""
        yield self._something()
        yield self._one_pool()

    def images(self, workloads: Mapping[str, Workload]) -> dict[str, Image]:
        """Every image that runs on nodes for these workloads, by its name."""
        found = {DEVICE_PLUGIN: self.device_plugin.image} if self.device_plugin else {}
        if self.profiles and any(each.seccomp_profile for each in workloads.values()):
            found[KEEPER] = self.profiles.image
        if self.profiles and any(each.app_armor_profile for each in workloads.values()):
            found[LOADER] = self.profiles.loader
        return found

    def _something(self) -> Iterator[Refusal]:
        if not (self.device_plugin or self.profiles or self.node_labels):
            yield Refusal(
                found="no add-on",
                allowed="one of `devicePlugin`, `profiles` and `nodeLabels`, or several",
                mend="add one, or remove `slipway:addons`",
            )

    def _one_pool(self) -> Iterator[Refusal]:
        pools: dict[str, str] = {}
        for pool, nodes in self.node_labels.items():
            for index, node in enumerate(nodes):
                if node in pools:
                    yield Refusal(
                        at=("nodeLabels", pool, index),
                        found=f"`{node}`, which is in `{pools[node]}` already",
                        allowed="each node once",
                        mend="keep it in the pool that it is one of",
                    )
                pools.setdefault(node, pool)


def nodes_environment(environment: Environment) -> Environment:
    """The environment's other namespace, whose pods may use folders of the nodes."""
    changes = {"namespace": f"{environment.namespace}{SUFFIX}", "pod_security": "privileged", "quota": None}
    return environment.model_copy(update=changes)


def offered_pools(pools: Mapping[str, Pool]) -> dict[str, Pool]:
    """The pools whose GPUs NVIDIA's device plugin offers."""
    return {name: each for name, each in pools.items() if offered(each)}


def offered(pool: Pool) -> bool:
    """Whether NVIDIA's device plugin offers the GPUs of a pool."""
    return pool.gpus is not None and pool.gpus.vendor == "nvidia" and pool.gpus.device_class is None


def names_taken(addons: Addons | None) -> dict[str, str]:
    """Names that no workload may have beside these add-ons, with the reason."""
    if addons is None:
        return {}
    images = {DEVICE_PLUGIN: addons.device_plugin, LOADER: addons.profiles}
    return {name: "it is the image of an add-on" for name, each in images.items() if each}


def addons_checks(
    addons: Addons, environment: Environment, pools: Mapping[str, Pool], workloads: Mapping[str, Workload]
) -> Iterator[Refusal]:
    """The add-ons fit the fleet that they are configured from, and the workloads that need them."""
    if len(environment.namespace) + len(SUFFIX) > DNS_LABEL_LIMIT:
        yield Refusal(
            at=("environment", "namespace"),
            found=f"{environment.namespace!r}, with {len(environment.namespace)} characters",
            allowed=f"at most {DNS_LABEL_LIMIT - len(SUFFIX)}: the namespace of its add-ons ends in `{SUFFIX}`",
            mend="shorten it",
        )
    if addons.profiles and not any(each.seccomp_profile or each.app_armor_profile for each in workloads.values()):
        yield Refusal(
            at=("addons", "profiles"),
            found="no profile to bring",
            allowed="`profiles` in a stack with a workload that has a `seccompProfile` or an `appArmorProfile`",
            mend="remove `profiles`",
        )
    if addons.device_plugin:
        yield from _plugin_checks(addons.device_plugin, pools, workloads)
    yield from _label_checks(addons, pools)


def profile_checks(addons: Addons | None, workloads: Mapping[str, Workload]) -> Iterator[Refusal]:
    """A container whose profile no node has would never start."""
    if addons and addons.profiles:
        return
    for name, workload in workloads.items():
        files = {"seccompProfile": workload.seccomp_profile, "appArmorProfile": workload.app_armor_profile}
        for field, file in files.items():
            if file:
                yield Refusal(
                    at=("workloads", name, field),
                    found=f"`{file}`, and nothing that brings it to the nodes",
                    allowed="a profile of its own in a stack with `addons.profiles`",
                    mend="add `slipway:addons` with `profiles: {}` and `until`",
                )


def _plugin_checks(
    plugin: DevicePlugin, pools: Mapping[str, Pool], workloads: Mapping[str, Workload]
) -> Iterator[Refusal]:
    offering = offered_pools(pools)
    if not offering:
        yield Refusal(
            at=("addons", "devicePlugin"),
            found="a device plugin, and no pool whose GPUs it offers",
            allowed="a pool with NVIDIA's `gpus` and without `deviceClass` under `slipway:fleet`, which configures it",
            mend="declare the pool, or remove `devicePlugin`",
        )
    for (name, pool), (other, others) in permutations(pools.items(), 2):
        if name in offering and pool.labels.items() <= others.labels.items():
            yield Refusal(
                at=("fleet", "pools", name, "labels"),
                found=f"labels that the nodes of `{other}` have, too" if pool.labels else "no labels",
                allowed=f"labels that tell the nodes of `{name}` from those of `{other}`, which it leaves alone",
                mend=f"add for example `labels: {{example.com/pool: {name}}}`, as its nodes have it",
            )
    for name, workload in workloads.items():
        gpu = workload.gpu
        if gpu and isinstance(gpu.request, WholeGpus | MigSlice | SharedGpu):
            if gpu.runtime_class == plugin.runtime_class:
                continue
            named = f"`{plugin.runtime_class}`" if plugin.runtime_class else "none"
            yield Refusal(
                at=("workloads", name, "gpu", "runtimeClass"),
                found=f"`{gpu.runtime_class}`" if gpu.runtime_class else "nothing",
                allowed=f"what `addons.devicePlugin.runtimeClass` names, which brings GPUs into containers: {named}",
                mend=f"write `runtimeClass: {plugin.runtime_class}`"
                if plugin.runtime_class
                else "remove it, or name it there, too",
            )


def _label_checks(addons: Addons, pools: Mapping[str, Pool]) -> Iterator[Refusal]:
    for name, nodes in addons.node_labels.items():
        at = ("addons", "nodeLabels", name)
        if name not in pools:
            close = suggestion(name, pools)
            yield Refusal(
                at=at,
                found=f"`{name}`, which is no pool",
                allowed=f"a pool under `slipway:fleet`: {listed(sorted(pools), 'or')}",
                mend=f"did you mean `{close}`?" if close else "declare the pool",
            )
        elif len(nodes) > pools[name].nodes:
            yield Refusal(
                at=at,
                found=f"{len(nodes)} nodes",
                allowed=f"at most {pools[name].nodes}, as `fleet.pools.{name}.nodes` says",
                mend="raise that, or name the nodes of this pool only",
            )
