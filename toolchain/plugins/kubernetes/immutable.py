"""Which changes replace an object, because the API server would refuse them in an update.

The table is what pulumi-kubernetes 4.32.0 decides; it is narrower than what Kubernetes refuses. A path covers all below
it; `[*]` stands for any element of a list.
"""

from functools import cache

from toolchain.plugins.base_diff import ANY, Pattern
from toolchain.plugins.base_values import Properties
from toolchain.plugins.kubernetes.kinds import GroupVersionKind
from toolchain.plugins.kubernetes.live.fields import condition, text
from toolchain.plugins.kubernetes.objects import is_core, kind_of

REPLACE_UNREADY = "pulumi.com/replaceUnready"
"""The annotation of a Job that is to be made anew once it has failed, even if nothing of it has changed."""

IDENTITY: tuple[Pattern, ...] = (("metadata", "name"), ("metadata", "namespace"))
SECRET_DATA = ("type", "stringData", "data")
CONFIG_MAP_DATA = ("binaryData", "data")

_CONTAINER = """
    args command env image imagePullPolicy lifecycle livenessProbe ports readinessProbe resources securityContext stdin
    stdinOnce terminationMessagePath terminationMessagePolicy tty volumeDevices volumeMounts workingDir
"""
_POD = """
    affinity automountServiceAccountToken dnsConfig dnsPolicy enableServiceLinks hostAliases hostIPC hostNetwork hostPID
    hostname imagePullSecrets nodeName nodeSelector overhead preemptionPolicy priority priorityClassName readinessGates
    restartPolicy runtimeClassName schedulerName securityContext serviceAccount serviceAccountName shareProcessNamespace
    subdomain terminationGracePeriodSeconds volumes
"""
_VOLUME_SOURCES = """
    awsElasticBlockStore azureDisk azureFile cephfs cinder csi fc flexVolume flocker gcePersistentDisk glusterfs
    hostPath iscsi local nfs photonPersistentDisk portworxVolume quobyte rbd scaleIO storageos vsphereVolume
"""
_STATEFUL_SET = "podManagementPolicy revisionHistoryLimit selector serviceName volumeClaimTemplates"
_JOB = "completions parallelism selector template"


def _spec(names: str) -> tuple[Pattern, ...]:
    return tuple(("spec", name) for name in names.split())


def _containers(field: str) -> tuple[Pattern, ...]:
    return tuple(("spec", field, ANY, name) for name in _CONTAINER.split())


_RBAC = "rbac.authorization.k8s.io"
_PATTERNS: dict[tuple[str, str], dict[str, tuple[Pattern, ...]]] = {
    # kind: (group, version) → patterns; versions matter, since older ones of some kinds allowed the change
    ("apps", "v1beta1"): {"StatefulSet": _spec(_STATEFUL_SET)},
    **{
        ("apps", version): {
            "DaemonSet": _spec("selector"),
            "Deployment": _spec("selector"),
            "StatefulSet": _spec(_STATEFUL_SET),
        }
        for version in ("v1", "v1beta2")
    },
    **{("batch", version): {"Job": _spec(_JOB)} for version in ("v1", "v1beta1", "v2alpha1")},
    ("", "v1"): {
        "PersistentVolume": _spec(_VOLUME_SOURCES),
        "PersistentVolumeClaim": _spec("accessModes selector storageClassName volumeName"),
        "Pod": _spec(_POD) + _containers("containers") + _containers("initContainers"),
        "ResourceQuota": _spec("scopes"),
        "Secret": (("type",),),
        "Service": _spec("clusterIP"),
    },
    ("policy", "v1beta1"): {"PodDisruptionBudget": (("spec",),)},
    **{
        (_RBAC, version): {"ClusterRoleBinding": (("roleRef",),), "RoleBinding": (("roleRef",),)}
        for version in ("v1", "v1beta1", "v1alpha1")
    },
    ("storage.k8s.io", "v1"): {"StorageClass": (("parameters",), ("provisioner",))},
}


def replacing_paths(
    obj: Properties, *, secret_mutable: bool = False, config_map_mutable: bool = False
) -> tuple[Pattern, ...]:
    """Returns the paths whose change replaces `obj`.

    Args:
        obj: The new object.
        secret_mutable: Whether the data of Secrets may change in place, unless one says `immutable: true`.
        config_map_mutable: The same for ConfigMaps.
    """
    patterns = _patterns(kind_of(obj))
    frozen = obj.get("immutable") is True
    if is_core(obj, "Secret") and (frozen or not secret_mutable):
        return IDENTITY + tuple((name,) for name in SECRET_DATA)
    if is_core(obj, "ConfigMap") and (frozen or not config_map_mutable):
        return patterns + tuple((name,) for name in CONFIG_MAP_DATA)
    return patterns


def is_run_anew(obj: Properties, live: Properties) -> bool:
    """Tells whether a Job that is recorded as failed is to be made anew, as its annotation asks.

    Args:
        obj: The new object.
        live: What is recorded of the one that is there.
    """
    if kind_of(obj).group != "batch" or text(obj, "kind") != "Job":
        return False
    wanted = text(obj, "metadata", "annotations", REPLACE_UNREADY) == "true"
    return wanted and text(condition(live, "Failed"), "status") == "True"


@cache
def _patterns(gvk: GroupVersionKind) -> tuple[Pattern, ...]:
    return IDENTITY + _PATTERNS.get((gvk.group, gvk.version), {}).get(gvk.kind, ())
