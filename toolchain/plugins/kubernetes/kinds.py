"""Which kinds are built into Kubernetes, and which of them live outside namespaces.

Source: the API groups of Kubernetes up to 1.36 and of the `pulumi_kubernetes` 4.32.0 package; scopes as
`kubectl api-resources` prints them.
"""

from functools import cache
from typing import NamedTuple

HELM_RELEASE = "kubernetes:helm.sh/v3:Release"

_VERSIONS: dict[str, str] = {
    "": "v1",
    "admissionregistration.k8s.io": "v1 v1beta1 v1alpha1",
    "apiextensions.k8s.io": "v1 v1beta1",
    "apiregistration.k8s.io": "v1 v1beta1",
    "apps": "v1 v1beta2 v1beta1",
    "auditregistration.k8s.io": "v1alpha1",
    "autoscaling": "v2 v2beta2 v2beta1 v1",
    "batch": "v1 v1beta1 v2alpha1",
    "certificates.k8s.io": "v1 v1beta1 v1alpha1",
    "coordination.k8s.io": "v1 v1beta1 v1alpha2 v1alpha1",
    "discovery.k8s.io": "v1 v1beta1",
    "events.k8s.io": "v1 v1beta1",
    "extensions": "v1beta1",
    "flowcontrol.apiserver.k8s.io": "v1 v1beta3 v1beta2 v1beta1 v1alpha1",
    "meta": "v1",
    "networking.k8s.io": "v1 v1beta1 v1alpha1",
    "node.k8s.io": "v1 v1beta1 v1alpha1",
    "policy": "v1 v1beta1",
    "rbac.authorization.k8s.io": "v1 v1beta1 v1alpha1",
    "resource.k8s.io": "v1 v1beta2 v1beta1 v1alpha3 v1alpha2 v1alpha1",
    "scheduling.k8s.io": "v1 v1beta1 v1alpha2 v1alpha1",
    "settings.k8s.io": "v1alpha1",
    "storage.k8s.io": "v1 v1beta1 v1alpha1",
    "storagemigration.k8s.io": "v1beta1 v1alpha1",
}
_BUILT_IN = frozenset((group, version) for group, versions in _VERSIONS.items() for version in versions.split())

# Built-in kinds that belong to the whole cluster. No kind has one scope in one group and the other in another.
_CLUSTER_KINDS = """
    APIService AuditSink CSIDriver CSINode CertificateSigningRequest ClusterCIDR ClusterRole ClusterRoleBinding
    ClusterTrustBundle CustomResourceDefinition DeviceClass DeviceTaintRule FlowSchema IPAddress IngressClass
    MutatingAdmissionPolicy MutatingAdmissionPolicyBinding MutatingWebhookConfiguration Namespace Node
    PersistentVolume PodSecurityPolicy PriorityClass PriorityLevelConfiguration ResourceClass
    ResourcePoolStatusRequest ResourceSlice RuntimeClass ServiceCIDR StorageClass StorageVersionMigration
    ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding ValidatingWebhookConfiguration VolumeAttachment
    VolumeAttributesClass
"""
_CLUSTER_SCOPED = frozenset(_CLUSTER_KINDS.split())


class GroupVersionKind(NamedTuple):
    """What kind an object is of.

    Attributes:
        group: "" for the core group.
        version: Such as "v1".
        kind: Such as "Deployment".
    """

    group: str
    version: str
    kind: str

    @property
    def built_in(self) -> bool:
        """Whether Kubernetes itself serves this group and version, under which no custom resource can live."""
        return (self.group, self.version) in _BUILT_IN


@cache
def kind_of_object(api_version: str, kind: str) -> GroupVersionKind:
    """Returns the kind that `apiVersion` and `kind` of an object say; "core/v1" is read as "v1"."""
    group, _, version = api_version.rpartition("/")
    return GroupVersionKind("" if group == "core" else group, version, kind)


@cache
def kind_of_type(token: str) -> GroupVersionKind:
    """Returns the kind that a resource type such as "kubernetes:apps/v1:Deployment" stands for.

    Raises:
        ValueError: The type is none of this package.
    """
    package, _, rest = token.partition(":")
    api_version, _, kind = rest.partition(":")
    group, slash, version = api_version.partition("/")
    if package != "kubernetes" or not slash or not kind:
        raise ValueError(f"resource type {token!r} is not of the form kubernetes:<group>/<version>:<Kind>")
    return GroupVersionKind("" if group == "core" else group, version, kind)


def built_in_scope(gvk: GroupVersionKind) -> bool | None:
    """Tells whether objects of a built-in kind live in namespaces.

    Returns:
        None for a custom kind: only its definition knows.
    """
    if not gvk.built_in:
        return None
    return gvk.kind.removesuffix("Patch").removesuffix("List") not in _CLUSTER_SCOPED


def is_list(gvk: GroupVersionKind) -> bool:
    """Tells whether a built-in kind is a list of objects, such as DeploymentList, which no cluster stores."""
    return gvk.built_in and gvk.kind.endswith("List")


def is_patch(token: str, kind: object) -> bool:
    """Tells whether resource type `token`, such as DeploymentPatch, patches objects of `kind` that others made."""
    return token.rpartition(":")[2] == f"{kind}Patch"


def patched(gvk: GroupVersionKind, token: str) -> GroupVersionKind:
    """Returns the kind of the objects behind a resource type: of DeploymentPatch, for a built-in kind, Deployment."""
    if gvk.built_in and token.endswith("Patch"):
        return gvk._replace(kind=gvk.kind.removesuffix("Patch"))
    return gvk
