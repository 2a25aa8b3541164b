"""What a pod may mount."""

from __future__ import annotations

from policies.predicates import (
    OnlyKeys,
    item,
    pod,
)
from policies.rule import Check
from policies.rules.pod_security.build import (
    RESTRICTED,
    pss_rule,
)

_ALLOWED_SOURCES = (
    "configMap",
    "csi",
    "downwardAPI",
    "emptyDir",
    "ephemeral",
    "image",
    "persistentVolumeClaim",
    "projected",
    "secret",
)
_OTHER_SOURCES = (
    "awsElasticBlockStore",
    "azureDisk",
    "azureFile",
    "cephfs",
    "cinder",
    "fc",
    "flexVolume",
    "flocker",
    "gcePersistentDisk",
    "gitRepo",
    "glusterfs",
    "hostPath",
    "iscsi",
    "nfs",
    "photonPersistentDisk",
    "portworxVolume",
    "quobyte",
    "rbd",
    "scaleIO",
    "storageos",
    "vsphereVolume",
)
_VOLUME = item("", "object")
VOLUME_TYPES = pss_rule(
    "volume-types",
    "Volume types",
    "medium",
    "Volume Types",
    "Volumes that reach past the cluster's own storage reach the node, or a network that nobody watches.",
    "use a persistentVolumeClaim, an emptyDir, a configMap, a secret or another of the allowed sources",
    'kubernetes.core.v1.VolumeArgs(name="data", empty_dir=kubernetes.core.v1.EmptyDirVolumeSourceArgs())',
    (
        Check(
            "pod",
            OnlyKeys(_VOLUME, ("name", *_ALLOWED_SOURCES), ("name", *_ALLOWED_SOURCES, *_OTHER_SOURCES)),
            _VOLUME,
            "must have one of the allowed sources: " + ", ".join(_ALLOWED_SOURCES),
            pod("volumes", "list"),
        ),
    ),
    profiles=RESTRICTED,
    decision="A volume without a source passes: the API makes an emptyDir of it. An unknown source does not pass.",
)
