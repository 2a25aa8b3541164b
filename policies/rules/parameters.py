"""Settings that more than one rule reads."""

from __future__ import annotations

from policies.rule import Parameter

KUBERNETES_VERSION = Parameter(
    name="kubernetesVersion",
    schema={
        "type": "string",
        "pattern": r"^1\.(2[5-9]|3[0-7])$",
        "description": "a Kubernetes version from 1.25 to 1.37, such as 1.36",
    },
    default="1.36",
    about="The cluster's version, major and minor: the Pod Security Standards differ from version to version.",
)
