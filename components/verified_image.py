"""An image that may run: the only thing a workload accepts."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

import pulumi

from components.digest import unknown
from components.registry import Registry
from components.spec.image import BuildImage, ExternalImage, PromoteImage
from components.supply_chain import Built, External, Promoted, Rules, SupplyChain

if TYPE_CHECKING:
    from components.container_image import ContainerImage

Source = Literal["build", "promote", "external"]
"""Where an image comes from."""


class VerifiedImage(pulumi.ComponentResource):
    """A digest, where it comes from, and the evidence for it.

    A policy holds every container's digest against the references of these components, in whatever language a program
    is written. How much evidence is enough is the tier's policy.

    Attributes:
        reference: `repository@sha256:…`, possibly not known yet.
        steps: what must have let it through before anything that runs is changed.
    """

    reference: pulumi.Input[str]
    steps: Sequence[pulumi.Resource] = ()

    def __init__(
        self,
        name: str,
        source: Source,
        reference: pulumi.Input[str],
        evidence: Mapping[str, pulumi.Input[str]],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declares the image; `built`, `promoted` and `external` are the ways to make one.

        Args:
            name: the image's name.
            source: where it comes from.
            reference: `repository@sha256:…`.
            evidence: why it may run, by kind of evidence.
            opts: Pulumi's options.
        """
        facts = {"name": name, "reference": reference, "source": source, "evidence": dict(evidence)}
        super().__init__("slipway:index:VerifiedImage", name, facts, opts)
        self.reference = reference
        self.register_outputs(facts)

    @classmethod
    def built(cls, name: str, image: "ContainerImage", spec: BuildImage, rules: Rules | None = None) -> "VerifiedImage":
        """An image that this stack builds."""
        folder = {"folder": spec.folder}
        if rules is None:
            return cls(name, "build", image.reference, folder)
        return cls._through(name, "build", SupplyChain(name, image.reference, Built.of(image, spec), rules), folder)

    @classmethod
    def promoted(
        cls, name: str, image: PromoteImage, registry: Registry, digest: str | None, rules: Rules | None = None
    ) -> "VerifiedImage":
        """An image that another stack ran; `digest` is None while none is recorded, which only a preview survives."""
        repository = registry.spec.name_of(image.name or name)
        reference = f"{repository}@{digest}" if digest else pulumi.Output.concat(repository, "@", unknown())
        origin = {"promotedFrom": image.source}
        if rules is None:
            return cls(name, "promote", reference, origin)
        return cls._through(name, "promote", SupplyChain(name, reference, Promoted(image.source), rules), origin)

    @classmethod
    def _through(cls, name: str, source: Source, chain: SupplyChain, origin: Mapping[str, str]) -> "VerifiedImage":
        """An image that went through the supply chain's steps."""
        image = cls(name, source, chain.reference, {**origin, **chain.evidence})
        image.steps = chain.steps
        return image

    @classmethod
    def external(
        cls, name: str, image: ExternalImage, registry: Registry, rules: Rules | None = None
    ) -> "VerifiedImage":
        """Someone else's image, with the reason to trust it."""
        origin = {"reason": image.reason}
        if rules is None:
            return cls(name, "external", image.reference, origin)
        ours = image.reference.startswith(f"{registry.spec.address}/")
        chain = SupplyChain(name, image.reference, External(ours and registry.spec.insecure, image.signed_by), rules)
        return cls._through(name, "external", chain, origin)
