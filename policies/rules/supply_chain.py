"""Supply chain: what runs is what was verified. Rules over the whole stack."""

from __future__ import annotations

from policies.rule import About, Parameter, StackRule

VERIFIED_IMAGES = Parameter(
    name="verifiedImages",
    schema={
        "type": "array",
        "items": {
            "type": "string",
            "pattern": r"@sha(256:[0-9a-f]{64}|384:[0-9a-f]{96}|512:[0-9a-f]{128})$",
            "description": "an image reference with a digest",
        },
    },
    default=[],
    about="Images that were verified outside the stack, for programs without VerifiedImage components.",
)

VERIFIED_IMAGE = StackRule(
    About(
        id="verified-image",
        title="Verified image",
        severity="high",
        rationale=(
            "A digest says which image runs, not that anybody has looked at it. Every image of a workload has to be "
            "one that the same stack has built, promoted or accepted with a reason."
        ),
        mend="take the image from a VerifiedImage component of this stack",
        snippet=(
            'image = VerifiedImage("app", source=source)\n'
            'kubernetes.core.v1.ContainerArgs(name="app", image=image.reference)'
        ),
        decision=(
            "Images are compared by digest alone: the same digest is the same content, in whichever registry it lies."
        ),
    ),
    reason="joins the workloads of a stack with its VerifiedImage components",
    parameters=(VERIFIED_IMAGES,),
)

RULES = (VERIFIED_IMAGE,)
