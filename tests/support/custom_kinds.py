"""What KEDA and the controller of snapshots take: the fields of their published definitions that our objects use.

Written down from https://keda.sh/docs/2.15/reference/scaledobject-spec/, https://keda.sh/docs/2.15/scalers/prometheus/
and https://kubernetes.io/docs/concepts/storage/volume-snapshots/; what is not named here is refused.
"""

from __future__ import annotations

from tests.support.crds import COUNT, FLAG, TEXT, definition, listing, shaped

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

VOLUME_SNAPSHOT = definition(
    "VolumeSnapshot",
    "snapshot.storage.k8s.io",
    "v1",
    "volumesnapshots",
    shaped(
        "source",
        source=shaped(persistentVolumeClaimName=TEXT, volumeSnapshotContentName=TEXT),
        volumeSnapshotClassName=TEXT,
    ),
    "Namespaced",
    status=shaped(
        boundVolumeSnapshotContentName=TEXT,
        creationTime=TEXT,
        error=shaped(message=TEXT, time=TEXT),
        readyToUse=FLAG,
        restoreSize=TEXT,
    ),
)
