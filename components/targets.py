"""The workloads of an environment on its target: pods of a cluster, or containers of a Docker host."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pulumi

from components.backup import Saving
from components.environment import Environment
from components.images import verified_image
from components.manifests.backup import backup_workload, docker_mounts
from components.manifests.docker_files import needs_files
from components.provider import docker_provider, kubernetes_provider
from components.registry import Registry
from components.secret_files import SecretFiles
from components.spec.addons import KEEPER
from components.spec.backup import BACKUP, backup_name
from components.spec.image import BuildImage, Image
from components.spec.order import start_order
from components.spec.profiles import NO_PROFILES, OwnProfiles
from components.spec.promotion import Promotions
from components.spec.settings import Settings
from components.spec.snapshots import SNAPSHOTS
from components.spec.target import DockerTarget, KubernetesTarget, RenderTarget
from components.supply_chain import Rules
from components.verified_image import VerifiedImage
from components.workload import Workload

if TYPE_CHECKING:
    from components.docker_workload import DockerWorkload


@dataclass(frozen=True)
class Described:
    """What a stack says, and what was made of it so far.

    Attributes:
        settings: the settings.
        registry: where images are.
        images: the verified image of everything that runs.
        promotions: the digests that may be promoted.
        stored: the values of the stack's stored secrets.
        project: the project's folder.
        profiles: the profiles that workloads have of their own, by workload.
        rules: what images go through, or None for nothing.
    """

    settings: Settings
    registry: Registry
    images: Mapping[str, VerifiedImage]
    promotions: Promotions
    stored: Mapping[str, pulumi.Input[str]]
    project: Path
    profiles: Mapping[str, OwnProfiles]
    rules: Rules | None = None

    @property
    def steps(self) -> list[pulumi.Resource]:
        """What every image has gone through before any workload changes: one that is refused changes none."""
        return [step for image in self.images.values() for step in image.steps]

    @property
    def saved(self) -> Mapping[str, Saving]:
        """What saves the volumes of each workload of which something is saved."""
        backup = self.settings.backup
        return {name: Saving(backup, self.images[BACKUP]) for name in self.settings.saved_workloads} if backup else {}


def deploy(described: Described) -> dict[str, str | None]:
    """Declares the workloads on their target.

    Returns:
        The address of each.
    """
    target = described.settings.target
    made = _on_docker(described, target) if isinstance(target, DockerTarget) else _on_kubernetes(described, target)
    return {name: workload.address for name, workload in made.items()}


def _on_kubernetes(described: Described, target: RenderTarget | KubernetesTarget) -> Mapping[str, Workload]:
    settings, wanted = described.settings, described.settings.wanted_workloads
    on_target = pulumi.ResourceOptions(provider=kubernetes_provider(settings.environment, target))
    environment = Environment("environment", settings.environment, described.registry, on_target)
    secrets = SecretFiles("secrets", settings.mounted_secrets, environment, described.stored, on_target)
    made: dict[str, Workload] = {}
    verified = described.steps
    if settings.addons:
        # Programs without them are spared these.
        from components.addons import Addons
        from components.nodes import Nodes

        nodes = Nodes("nodes", settings.environment, settings.addons, described.registry, on_target)
        running = Addons(
            "addons", settings.addons, settings.pools, nodes, described.images, described.profiles, verified, on_target
        )
        verified = [*verified, *running.ready]
    for name in start_order(wanted):
        before = [*verified, *(each for needed in wanted[name].depends_on for each in made[needed].ready)]
        made[name] = Workload(
            name,
            wanted[name],
            environment,
            described.images[name],
            secrets,
            before,
            on_target,
            described.saved.get(name),
            described.profiles.get(name, NO_PROFILES),
        )
    if settings.snapshots:
        from components.snapshots import Snapshots

        image = described.images[SNAPSHOTS]
        Snapshots("snapshots", settings.snapshots, wanted, environment, image, described.steps, on_target)
    if settings.monitoring:
        # Programs without it are spared this.
        from components.monitoring import Monitoring

        watching = Monitoring(
            "monitoring",
            settings.monitoring,
            made,
            environment,
            described.images,
            described.stored,
            on_target,
            settings.backup,
        )
        made |= watching.workloads
    return made


def _on_docker(described: Described, target: DockerTarget) -> Mapping[str, "DockerWorkload"]:
    # Programs for other targets are spared these.
    from components.docker_environment import DockerEnvironment
    from components.docker_image import DockerImage
    from components.docker_secrets import DockerSecrets
    from components.docker_workload import DockerWorkload

    settings, wanted = described.settings, described.settings.wanted_workloads
    on_target = pulumi.ResourceOptions(provider=docker_provider(target, described.registry))
    beside = {
        name: backup_workload(settings.environment, saving.spec, name, wanted[name])
        for name, saving in described.saved.items()
    }
    running = {**wanted, **{backup_name(name): each for name, each in beside.items()}}
    environment = DockerEnvironment("environment", settings.environment, target, running, on_target)
    secrets = DockerSecrets("secrets", settings.mounted_secrets, described.stored)
    kept = keeper = None
    if any(needs_files(workload) for workload in running.values()):
        source, tier = Image(build=BuildImage(folder=f"images/{KEEPER}")), settings.environment.tier
        kept = verified_image(KEEPER, source, described.registry, tier, described.promotions, {}, described.rules)
        keeper = DockerImage(KEEPER, kept, on_target)
    made: dict[str, DockerWorkload] = {}
    verified = [*described.steps, *(kept.steps if kept else ())]
    for name in start_order(wanted):
        before = [*verified, *(each for needed in wanted[name].depends_on for each in made[needed].ready)]
        made[name] = DockerWorkload(
            name,
            wanted[name],
            environment,
            described.images[name],
            keeper,
            secrets.values,
            described.project,
            before,
            on_target,
            seccomp=described.profiles.get(name, NO_PROFILES).seccomp,
        )
    for name, saving in described.saved.items():
        DockerWorkload(
            backup_name(name),
            beside[name],
            environment,
            saving.image,
            keeper,
            secrets.values,
            described.project,
            made[name].ready,
            on_target,
            docker_mounts(settings.environment, saving.spec, name, wanted[name]),
        )
    return made
