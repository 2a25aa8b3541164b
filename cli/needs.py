"""What a stack needs on this machine, read from its settings: nothing is brought that it does not use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from components.manifests.docker_files import needs_files
from components.spec.image import BuildImage
from components.spec.loading import load_file
from components.spec.problem import SpecError
from components.spec.settings import Settings
from components.spec.target import DockerTarget
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


def docker(file: Path, environ: Mapping[str, str], own_registry: str) -> Docker:
    """Whose registry and builder the stack in `file` uses; while that cannot be read, slipway's own."""
    try:
        registry = load_file(file, environ).settings.registry
    except SpecError:
        return Docker()
    return Docker(registry.address == own_registry, registry.builder.name == OWN_BUILDER)


def deploys_to_docker(file: Path, environ: Mapping[str, str]) -> bool:
    """Whether the stack in `file` goes to whichever Docker engine this machine uses; no while that cannot be read."""
    try:
        return _deploys_to_docker(load_file(file, environ).settings)
    except SpecError:
        return False


def _deploys_to_docker(settings: Settings) -> bool:
    return isinstance(settings.target, DockerTarget) and settings.target.host is None


def needs(settings: Settings, own_registry: str) -> Needs:
    """What these settings use; `own_registry` is the address of this machine's registry."""
    builds = any(isinstance(workload.image.source, BuildImage) for workload in settings.workloads.values())
    to_docker = isinstance(settings.target, DockerTarget)
    builds |= to_docker and any(needs_files(workload) for workload in settings.workloads.values())
    provider = "docker" if to_docker else "kubernetes"
    random = ("random",) if settings.secrets else ()
    build = ("docker-build",) if builds else ()
    registry = settings.registry
    own = registry.address == own_registry or (builds and registry.builder.name == OWN_BUILDER)
    return Needs((*RUNNER, provider, *random, *build), services=own, docker_host=_deploys_to_docker(settings))
