"""Settings that more than one rule reads."""

from __future__ import annotations

from policies.rule import Parameter

KUBERNETES_VERSION = Parameter(
    name="kubernetesVersion",
    schema={"type": "string", "enum": [f"1.{minor}" for minor in range(25, 38)]},
    default="1.36",
    about="The cluster's version, major and minor: the Pod Security Standards differ from version to version.",
)

WHOLE_SET = Parameter(
    name="wholeSet",
    schema={"type": "string", "enum": ["auto", "yes", "no"]},
    default="auto",
    about="Whether what is not among the objects of a run is nowhere. `auto`: it is, in a namespace that is among the "
    "objects, or that holds another object of the kind that is looked for, unless something in the run brings objects "
    "that nobody here sees.",
)
ELSEWHERE = Parameter(
    name="elsewhere",
    schema={
        "type": "array",
        "items": {"type": "string", "pattern": r"^\S+ \S+/\S*$", "description": "a pattern such as Secret shop/db-*"},
    },
    default=[],
    about="What exists without being among the objects: patterns of kind, namespace and name, such as `Secret shop/*`.",
)
JOINS = (WHOLE_SET, ELSEWHERE)
"""What every rule that looks for other objects reads."""
