"""From a workload's description of its image to a verified one."""

from collections.abc import Mapping

import pulumi

from components.build_secrets import build_secrets
from components.manifests.supply_chain import lint_inputs
from components.registry import Registry
from components.spec.image import BuildImage, ExternalImage, Image, PromoteImage
from components.spec.promotion import Promotions, promoted_name
from components.supply_chain import Rules
from components.verified_image import VerifiedImage


def verified_image(
    name: str,
    image: Image,
    registry: Registry,
    tag: str,
    promotions: Promotions,
    stored: Mapping[str, pulumi.Input[str]],
    rules: Rules | None = None,
    bases: Mapping[str, pulumi.Input[str]] | None = None,
) -> VerifiedImage:
    """Builds, promotes or takes over an image.

    Args:
        name: the workload's name, which is the image's unless it promotes another.
        image: where the image comes from.
        registry: where built and promoted images are.
        tag: the tag of built images.
        promotions: the digests that may be promoted.
        stored: the values of the stack's stored secrets, for build steps that need one.
        rules: what the image goes through before it is verified, or None for nothing.
        bases: the references of the stack's bases, by name.
    """
    match image.source:
        case BuildImage() as source:
            # A program that builds nothing is spared the builder's SDK, which takes as long to import as Pulumi's core.
            from components.container_image import ContainerImage

            secrets = build_secrets(source.secrets, stored)
            on = {argument: (bases or {})[base] for argument, base in source.bases.items()}
            lint = lint_inputs(name, source, rules.spec if rules else None, registry.pins)
            return VerifiedImage.built(
                name, ContainerImage(name, source, registry, tag, secrets, on, lint), source, rules
            )
        case PromoteImage() as source:
            digest = promotions.get((source.source, promoted_name(name, source)))
            return VerifiedImage.promoted(name, source, registry, digest, rules)
        case ExternalImage() as source:
            return VerifiedImage.external(name, source, registry, rules)
