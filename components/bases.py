"""The images of a stack that its other images are built on."""

from collections.abc import Mapping

import pulumi

from components.build_secrets import build_secrets
from components.manifests.supply_chain import lint_inputs
from components.registry import Registry
from components.spec.bases import build_order
from components.spec.image import BuildImage
from components.supply_chain import Built, Rules, SupplyChain


def base_references(
    bases: Mapping[str, BuildImage],
    registry: Registry,
    tag: str,
    stored: Mapping[str, pulumi.Input[str]],
    rules: Rules | None = None,
) -> dict[str, pulumi.Input[str]]:
    """Builds the bases; those that do not need each other, at the same time.

    Args:
        bases: the images, by name.
        registry: where they are pushed.
        tag: their tag.
        stored: the values of the stack's stored secrets, for build steps that need one.
        rules: what they go through before anything is built on them, or None for nothing.

    Returns:
        The reference of each, by digest: what is built on it is built again when it changes, and only then.
    """
    made: dict[str, pulumi.Input[str]] = {}
    for name in build_order(bases):
        # A program that builds nothing is spared the builder's SDK.
        from components.container_image import ContainerImage

        spec = bases[name]
        on = {argument: made[base] for argument, base in spec.bases.items()}
        lint = lint_inputs(name, spec, rules.spec if rules else None, registry.pins)
        image = ContainerImage(name, spec, registry, tag, build_secrets(spec.secrets, stored), on, lint)
        made[name] = (
            SupplyChain(name, image.reference, Built.of(image, spec), rules).reference if rules else image.reference
        )
    return made
