"""What a stack needs on this machine, read from its settings: nothing is brought that it does not use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from components.manifests.docker_files import needs_files
from components.spec.loading import load_file
from components.spec.problem import SpecError
from components.spec.settings import Settings
from components.spec.target import DockerTarget, KubernetesTarget
from toolchain.environment import Docker

# What runs any stack: the CLI, and what runs its Python program.
RUNNER = (
    "pulumi",
    "pulumi-language-python",
    "pulumi-language-python-exec",
    "pulumi-resource-pulumi-python",
)

# The same with the provider of every manifest.
ENGINE = (*RUNNER, "kubernetes")

# The builder that is described in the cache; one of any other name is the user's own.
OWN_BUILDER = "slipway"


@dataclass(frozen=True)
class Needs:
    """What a stack uses.

    Attributes:
        tools: What runs it, by the names in `toolchain/pins.toml`.
        services: Whether it pushes to the registry of this machine or builds with slipway's own builder.
        docker_host: Whether it is deployed to whichever Docker engine this machine uses.
    """

    tools: tuple[str, ...]
    services: bool
    docker_host: bool = False


def readable(file: Path, environ: Mapping[str, str]) -> Settings | None:
    """The settings in a stack file, or None while there is a mistake in them."""
    try:
        return load_file(file, environ).settings
    except SpecError:
        return None


def docker(settings: Settings | None, own_registry: str) -> Docker:
    """Whose registry and builder a stack uses; while its settings cannot be read, slipway's own."""
    if settings is None:
        return Docker()
    registry = settings.registry
    return Docker(registry.address == own_registry, registry.builder.name == OWN_BUILDER)


def deploys_to_docker(settings: Settings | None) -> bool:
    """Whether a stack goes to whichever Docker engine this machine uses."""
    target = settings.target if settings else None
    return isinstance(target, DockerTarget) and target.host is None


def looks_up_cluster(settings: Settings | None) -> bool:
    """Whether a stack goes to a cluster that is looked up in the user's kubeconfigs."""
    target = settings.target if settings else None
    return isinstance(target, KubernetesTarget) and target.kubeconfig is None


def needs(settings: Settings, own_registry: str) -> Needs:
    """What these settings use; `own_registry` is the address of this machine's registry."""
    builds = bool(settings.builds)
    to_docker = isinstance(settings.target, DockerTarget)
    # What saves volumes on a Docker host has secrets, which that image brings.
    files = bool(settings.saved_workloads) or any(needs_files(workload) for workload in settings.workloads.values())
    builds |= to_docker and files
    provider = "docker" if to_docker else "kubernetes"
    random = ("random",) if settings.secrets or settings.monitoring else ()
    build = ("docker-build",) if builds else ()
    chain = _chain(settings)
    registry = settings.registry
    own = registry.address == own_registry or (builds and registry.builder.name == OWN_BUILDER)
    return Needs((*RUNNER, provider, *random, *build, *chain), services=own, docker_host=deploys_to_docker(settings))


def _chain(settings: Settings) -> tuple[str, ...]:
    """What reads Dockerfiles and images, and what signs."""
    chain = settings.supply_chain
    if chain is None:
        return ()
    lint = ("hadolint",) if settings.builds else ()
    signer = "notation" if chain.signing.notation else "cosign"
    return (*lint, "syft", *((signer,) if chain.sign or chain.provenance else ()))
