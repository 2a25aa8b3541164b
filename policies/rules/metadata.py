"""Metadata and API versions: what tools and people know an object by, and for how long the cluster knows it."""

from __future__ import annotations

import re
from typing import cast

from policies.meaning import version_key
from policies.plain import UNKNOWN, Unknown
from policies.predicates import (
    Field,
    Matches,
    Not,
    OneOf,
    Parameters,
    Setting,
    obj,
)
from policies.rule import ADVISED, ON_REQUEST, Parameter
from policies.rules.build import CONTROLLERS, JOBS, Judge, about, careful, judged, mapping, object_rule, of_object
from policies.rules.parameters import KUBERNETES_VERSION
from policies.schema import Schema

REQUIRED_LABELS = Parameter(
    "requiredLabels",
    {"type": "array", "items": {"type": "string"}},
    ["app.kubernetes.io/name"],
    "Labels that every workload and Service must have, with any value.",
)
_PATTERNS: Schema = {"type": "object", "additionalProperties": {"type": "string"}}
LABEL_PATTERNS = Parameter(
    "labelPatterns", _PATTERNS, {}, "By label, a regular expression in which its value must be found."
)
REQUIRED_NAMESPACE_LABELS = Parameter(
    "requiredNamespaceLabels",
    {"type": "array", "items": {"type": "string"}},
    [],
    "Labels that every Namespace must have, with any value.",
)
REQUIRED_ANNOTATIONS = Parameter(
    "requiredAnnotations",
    {"type": "array", "items": {"type": "string"}},
    [],
    "Annotations that every workload and Service must have, with any value.",
)
ANNOTATION_PATTERNS = Parameter(
    "annotationPatterns", _PATTERNS, {}, "By annotation, a regular expression in which its value must be found."
)


def _entries(what: str, required: Parameter, patterns: Parameter) -> Judge:
    """Asks for entries of the metadata: that they are there, and what is in them."""

    def judge(value: object, parameters: Parameters) -> str | Unknown | None:
        entries = mapping(value)
        wanted = cast("list[str]", parameters[required.name])
        expected = mapping(parameters[patterns.name])
        if any(entries.get(name) in (None, "") for name in wanted):
            return f"one of the required {what} is missing"
        known = {name: text for name in expected if isinstance(text := entries.get(name), str)}
        if any(re.search(str(expected[name]), text) is None for name, text in known.items()):
            return f"the value of one of the {what} is not of its pattern"
        return UNKNOWN if any(entries.get(name) is UNKNOWN for name in (*wanted, *expected)) else None

    return judge


_LABELS = obj("metadata.labels", "any")
_ANNOTATIONS = obj("metadata.annotations", "any")
_BY_NAME = "asks for the names in a setting"
REQUIRED_LABELS_RULE = object_rule(
    about(
        "required-labels",
        "Required labels",
        "low",
        "What has no label cannot be found by its owner, its bill or its dashboard.",
        "add the label",
        'kubernetes.meta.v1.ObjectMetaArgs(labels={"app.kubernetes.io/name": "web"})',
        levels=ADVISED,
    ),
    (*CONTROLLERS, *JOBS, "Pod", "Service"),
    of_object(
        judged(_BY_NAME, _LABELS, _entries("labels", REQUIRED_LABELS, LABEL_PATTERNS)),
        _LABELS,
        "must hold the required labels",
    ),
    of_object(
        judged(_BY_NAME, _ANNOTATIONS, _entries("annotations", REQUIRED_ANNOTATIONS, ANNOTATION_PATTERNS)),
        _ANNOTATIONS,
        "must hold the required annotations",
    ),
    parameters=(REQUIRED_LABELS, LABEL_PATTERNS, REQUIRED_ANNOTATIONS, ANNOTATION_PATTERNS),
)
NAMESPACE_LABELS = object_rule(
    about(
        "namespace-labels",
        "Namespace's labels",
        "low",
        "A namespace without its owner's label is one that nobody pays for, and nobody tidies up.",
        "add the label",
        'kubernetes.meta.v1.ObjectMetaArgs(labels={"owner": "team-shop"})',
        levels=ON_REQUEST,
    ),
    ("Namespace",),
    of_object(
        judged(_BY_NAME, _LABELS, _entries("labels", REQUIRED_NAMESPACE_LABELS, LABEL_PATTERNS)),
        _LABELS,
        "must hold the required labels",
    ),
    parameters=(REQUIRED_NAMESPACE_LABELS, LABEL_PATTERNS),
)

REMOVED: dict[str, tuple[tuple[str, tuple[str, ...]], ...]] = {
    "1.16": (
        ("extensions/v1beta1", ("DaemonSet", "Deployment", "ReplicaSet", "NetworkPolicy", "PodSecurityPolicy")),
        ("apps/v1beta1", ("Deployment", "StatefulSet", "ReplicaSet")),
        ("apps/v1beta2", ("DaemonSet", "Deployment", "ReplicaSet", "StatefulSet")),
    ),
    "1.22": (
        ("admissionregistration.k8s.io/v1beta1", ("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration")),
        ("apiextensions.k8s.io/v1beta1", ("CustomResourceDefinition",)),
        ("apiregistration.k8s.io/v1beta1", ("APIService",)),
        ("authentication.k8s.io/v1beta1", ("TokenReview",)),
        (
            "authorization.k8s.io/v1beta1",
            ("LocalSubjectAccessReview", "SelfSubjectAccessReview", "SubjectAccessReview"),
        ),
        ("certificates.k8s.io/v1beta1", ("CertificateSigningRequest",)),
        ("coordination.k8s.io/v1beta1", ("Lease",)),
        ("extensions/v1beta1", ("Ingress",)),
        ("networking.k8s.io/v1beta1", ("Ingress", "IngressClass")),
        ("rbac.authorization.k8s.io/v1beta1", ("ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding")),
        ("scheduling.k8s.io/v1beta1", ("PriorityClass",)),
        ("storage.k8s.io/v1beta1", ("CSIDriver", "CSINode", "StorageClass", "VolumeAttachment")),
    ),
    "1.25": (
        ("autoscaling/v2beta1", ("HorizontalPodAutoscaler",)),
        ("batch/v1beta1", ("CronJob",)),
        ("discovery.k8s.io/v1beta1", ("EndpointSlice",)),
        ("events.k8s.io/v1beta1", ("Event",)),
        ("node.k8s.io/v1beta1", ("RuntimeClass",)),
        ("policy/v1beta1", ("PodDisruptionBudget", "PodSecurityPolicy")),
    ),
    "1.26": (
        ("autoscaling/v2beta2", ("HorizontalPodAutoscaler",)),
        ("flowcontrol.apiserver.k8s.io/v1beta1", ("FlowSchema", "PriorityLevelConfiguration")),
    ),
    "1.27": (("storage.k8s.io/v1beta1", ("CSIStorageCapacity",)),),
    "1.29": (("flowcontrol.apiserver.k8s.io/v1beta2", ("FlowSchema", "PriorityLevelConfiguration")),),
    "1.32": (("flowcontrol.apiserver.k8s.io/v1beta3", ("FlowSchema", "PriorityLevelConfiguration")),),
}
"""API versions that a Kubernetes version no longer serves, from Kubernetes' guide to deprecated API versions."""

_VERSION = obj("apiVersion", "string")


def _removed(value: object, parameters: Parameters) -> str | None:
    body = mapping(value)
    target = version_key(str(parameters[KUBERNETES_VERSION.name]))
    for since, entries in REMOVED.items():
        if version_key(since) <= target:
            for version, kinds in entries:
                if body.get("apiVersion") == version and body.get("kind") in kinds:
                    return f"it is not served since {since}"
    return None


def _groups() -> tuple[str, ...]:
    return tuple(
        sorted(
            {
                f"{version.rpartition('/')[0]}/{kind}"
                for entries in REMOVED.values()
                for version, kinds in entries
                for kind in kinds
            }
        )
    )


DEPRECATED_API = object_rule(
    about(
        "deprecated-api",
        "Removed API version",
        "high",
        "The cluster does not know this API version any more: the update fails, or the object is never found again.",
        "use the version that follows it",
        'kubernetes.apps.v1.Deployment("web", spec=spec)',
    ),
    _groups(),
    of_object(
        judged("looks a version up in a table", obj("", "any"), careful(_removed, "apiVersion", "kind")),
        _VERSION,
        "must be one that the cluster serves",
    ),
    parameters=(KUBERNETES_VERSION,),
)
_UNSTABLE = (
    "admissionregistration.k8s.io/MutatingAdmissionPolicy",
    "admissionregistration.k8s.io/MutatingAdmissionPolicyBinding",
    "admissionregistration.k8s.io/ValidatingAdmissionPolicy",
    "admissionregistration.k8s.io/ValidatingAdmissionPolicyBinding",
    "authentication.k8s.io/SelfSubjectReview",
    "certificates.k8s.io/ClusterTrustBundle",
    "coordination.k8s.io/LeaseCandidate",
    "internal.apiserver.k8s.io/StorageVersion",
    "networking.k8s.io/ClusterCIDR",
    "networking.k8s.io/IPAddress",
    "networking.k8s.io/ServiceCIDR",
    "resource.k8s.io/DeviceClass",
    "resource.k8s.io/ResourceClaim",
    "resource.k8s.io/ResourceClaimTemplate",
    "resource.k8s.io/ResourceSlice",
    "storage.k8s.io/VolumeAttributesClass",
    "storagemigration.k8s.io/StorageVersionMigration",
)
"""Kinds with versions that are not stable, beside those that have left some behind, from Kubernetes' API reference."""

UNSTABLE_API = object_rule(
    about(
        "unstable-api",
        "Alpha or beta API version",
        "medium",
        "An alpha or beta version may change or go with any release of Kubernetes, and many clusters do not serve it.",
        "use the stable version, or do without until there is one",
        'kubernetes.networking.v1.NetworkPolicy("web", spec=spec)',
        levels=ADVISED,
    ),
    tuple(sorted({*_groups(), *_UNSTABLE})),
    of_object(Not(Matches(_VERSION, "/v[0-9]+(alpha|beta)[0-9]+$")), _VERSION, "must be a stable version"),
)
REQUIRED_LEVEL = Parameter(
    "podSecurityLevels",
    {"type": "array", "items": {"type": "string", "enum": ["privileged", "baseline", "restricted"]}},
    ["baseline", "restricted"],
    "The Pod Security levels that a Namespace may enforce.",
)
_ENFORCE = Field("object", ("metadata", "labels", "pod-security.kubernetes.io/enforce"), "string")
PSA_LABELS = object_rule(
    about(
        "psa-labels",
        "Namespace's Pod Security",
        "medium",
        "A Namespace without a level takes every pod that anybody brings.",
        "label the Namespace with pod-security.kubernetes.io/enforce",
        'kubernetes.meta.v1.ObjectMetaArgs(labels={"pod-security.kubernetes.io/enforce": "restricted"})',
        cis="5.2.1",
    ),
    ("Namespace",),
    of_object(OneOf(_ENFORCE, Setting(REQUIRED_LEVEL.name)), _ENFORCE, "must be one of the allowed levels"),
    parameters=(REQUIRED_LEVEL,),
)

RULES = (REQUIRED_LABELS_RULE, NAMESPACE_LABELS, DEPRECATED_API, UNSTABLE_API, PSA_LABELS)
