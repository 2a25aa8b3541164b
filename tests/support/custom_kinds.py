"""What KEDA takes: the fields of its published definition that our manifests use.

Written down from https://keda.sh/docs/2.15/reference/scaledobject-spec/ and
https://keda.sh/docs/2.15/scalers/prometheus/; what is not named here is refused.
"""

from __future__ import annotations

from tests.support.crds import COUNT, TEXT, definition, listing, shaped

_TARGET = shaped("name", apiVersion=TEXT, kind=TEXT, name=TEXT, envSourceContainerName=TEXT)
_BEHAVIOR = shaped(scaleDown=shaped(stabilizationWindowSeconds=COUNT), scaleUp=shaped(stabilizationWindowSeconds=COUNT))
_METRIC = {"type": "string", "enum": ["AverageValue", "Value", "Utilization"]}
_TRIGGER = shaped(
    "type",
    "metadata",
    type={"type": "string", "enum": ["cpu", "prometheus"]},
    metricType=_METRIC,
    name=TEXT,
    # Each scaler reads its own keys, always texts.
    metadata={"type": "object", "additionalProperties": TEXT},
)

SCALED_OBJECT = definition(
    "ScaledObject",
    "keda.sh",
    "v1alpha1",
    "scaledobjects",
    shaped(
        "scaleTargetRef",
        "triggers",
        scaleTargetRef=_TARGET,
        pollingInterval=COUNT,
        cooldownPeriod=COUNT,
        initialCooldownPeriod=COUNT,
        idleReplicaCount=COUNT,
        minReplicaCount=COUNT,
        maxReplicaCount=COUNT,
        fallback=shaped("failureThreshold", "replicas", failureThreshold=COUNT, replicas=COUNT),
        advanced=shaped(horizontalPodAutoscalerConfig=shaped(name=TEXT, behavior=_BEHAVIOR)),
        triggers=listing(_TRIGGER),
    ),
    "Namespaced",
)
