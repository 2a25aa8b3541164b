"""The steps from a Dockerfile to a verified image, as resources of slipway's own provider.

Each but the first is given a reference and gives it back when its work is done: an image reaches a workload only
through all of them.
`provider/` does the work.
"""

from collections.abc import Mapping
from typing import Any, Literal, cast

import pulumi

PACKAGE = "supplychain"
"""The provider's package; not `slipway`, for a package receives the configuration under its own name."""

Kind = Literal[
    "Lint",
    "ImageTest",
    "Sbom",
    "Scan",
    "ExternalScan",
    "Signature",
    "Verification",
    "ExternalVerification",
    "Provenance",
]

FACTS: Mapping[Kind, tuple[str, ...]] = {
    "Lint": ("bases", "findings", "ignored"),
    "ImageTest": ("answered",),
    "Sbom": ("packages", "cyclonedx", "spdx"),
    "Scan": ("checked", "findings", "notChecked", "waived"),
    "ExternalScan": ("checked", "findings", "notChecked", "waived"),
    "Signature": ("signedBy",),
    "Verification": ("signedBy",),
    "ExternalVerification": ("signedBy",),
    "Provenance": ("statement",),
}
"""What each step gives back, beside the reference."""


class Evidence(pulumi.CustomResource):
    """One step.

    Attributes:
        reference: the image, once the step has let it through; the lint is before there is one, and has none.
    """

    reference: pulumi.Output[str]

    def __init__(self, kind: Kind, name: str, inputs: Mapping[str, Any], parent: pulumi.Resource) -> None:
        """Declares the step.

        Args:
            kind: which.
            name: the resource's name.
            inputs: what the step is told; all but the lint get a `reference`.
            parent: what the step is a part of.
        """
        properties = {**inputs, **dict.fromkeys(FACTS[kind])}
        super().__init__(f"{PACKAGE}:index:{kind}", name, properties, pulumi.ResourceOptions(parent=parent))

    def fact(self, name: str) -> pulumi.Output[Any]:
        """One of the step's facts."""
        return cast("pulumi.Output[Any]", getattr(self, name))
