"""Settings that more than one rule reads."""

from __future__ import annotations

from policies.rule import Parameter

KUBERNETES_VERSION = Parameter(
    name="kubernetesVersion",
    schema={"type": "string", "enum": [f"1.{minor}" for minor in range(25, 38)]},
    default="1.36",
    about="The cluster's version, major and minor: the Pod Security Standards differ from version to version.",
)
