"""From a workload's description of its image to a verified one."""

import os
from collections.abc import Mapping
from pathlib import Path

import pulumi

from components.registry import Registry
from components.spec.image import BuildImage, BuildSecret, ExternalImage, Image, PromoteImage
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
    """
    match image.source:
        case BuildImage() as source:
            # A program that builds nothing is spared the builder's SDK, which takes as long to import as Pulumi's core.
            from components.container_image import ContainerImage

            secrets = {key: _build_secret(secret, stored) for key, secret in source.secrets.items()}
            return VerifiedImage.built(name, ContainerImage(name, source, registry, tag, secrets), source, rules)
        case PromoteImage() as source:
            digest = promotions.get((source.source, promoted_name(name, source)))
            return VerifiedImage.promoted(name, source, registry, digest, rules)
        case ExternalImage() as source:
            return VerifiedImage.external(name, source)


def _build_secret(secret: BuildSecret, stored: Mapping[str, pulumi.Input[str]]) -> pulumi.Input[str]:
    if secret.secret is not None:
        return stored[secret.secret]
    if secret.env is not None:
        return _present(os.environ.get(secret.env), f"the environment variable {secret.env}")
    file = Path(secret.file or "")
    return _present(file.read_text(encoding="utf-8") if file.is_file() else None, f"the file {file}")


def _present(value: str | None, place: str) -> str:
    if value is None:
        raise pulumi.RunError(f"A build needs a secret from {place}, and there is none: provide it, and run again.")
    return value
