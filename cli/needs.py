"""What a stack needs on this machine, read from its settings: nothing is brought that it does not use."""

from __future__ import annotations

from dataclasses import dataclass

from components.spec.image import BuildImage
from components.spec.settings import Settings

# What runs any stack: the CLI, what runs its Python program, and the provider of every manifest.
ENGINE = (
    "pulumi",
    "pulumi-language-python",
    "pulumi-language-python-exec",
    "pulumi-resource-pulumi-python",
    "kubernetes",
)

EMBEDDED_REGISTRY = "127.0.0.1:5001"
EMBEDDED_BUILDER = "slipway"

REGISTRY_TOOLS = ("docker-registry",)
BUILDKIT_TOOLS = ("buildkitd", "buildctl", "runc")
BASE_TOOLS = ("mmdebstrap",)


@dataclass(frozen=True)
class Needs:
    """What a stack uses.

    Attributes:
        random: It has generated secrets.
        builds: It builds images.
        registry: It uses the embedded registry.
        buildkit: It builds with the embedded BuildKit.
    """

    random: bool
    builds: bool
    registry: bool
    buildkit: bool

    def tools(self, services: bool) -> tuple[str, ...]:
        """The tools' names, as `toolchain/pins.toml` has them; those of the services only if they are to run."""
        wanted = [*ENGINE]
        wanted += ["random"] if self.random else []
        wanted += ["docker-build"] if self.builds else []
        if services:
            wanted += REGISTRY_TOOLS if self.registry else ()
            wanted += BUILDKIT_TOOLS if self.buildkit else ()
            wanted += BASE_TOOLS if self.registry and self.buildkit else ()
        return tuple(wanted)


def needs(settings: Settings) -> Needs:
    """What these settings use."""
    builds = any(isinstance(workload.image.source, BuildImage) for workload in settings.workloads.values())
    return Needs(
        random=bool(settings.secrets),
        builds=builds,
        registry=settings.registry.address == EMBEDDED_REGISTRY,
        buildkit=builds and settings.registry.builder.name == EMBEDDED_BUILDER,
    )
