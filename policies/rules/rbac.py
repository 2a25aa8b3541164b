"""Rights: who may do what in the cluster."""

from __future__ import annotations

from collections.abc import Mapping

from policies.predicates import (
    AllOf,
    AnyOf,
    Equals,
    Field,
    Matches,
    Not,
    OneOf,
    Predicate,
    Setting,
    SomeItem,
    item,
    obj,
)
from policies.rule import ADVISED, REQUIRED, Level, ObjectRule, Parameter, Severity, Tier
from policies.rules.build import about, object_rule, of_object

_ROLES = ("rbac.authorization.k8s.io/Role", "rbac.authorization.k8s.io/ClusterRole")
_BINDINGS = ("rbac.authorization.k8s.io/RoleBinding", "rbac.authorization.k8s.io/ClusterRoleBinding")
_SNIPPET = (
    "kubernetes.rbac.v1.PolicyRuleArgs(\n"
    '    api_groups=[""], resources=["configmaps"], resource_names=["app"], verbs=["get"]\n'
    ")"
)
_GRANTS = obj("rules", "list")
_VERBS, _RESOURCES, _GROUPS = (item(name, "list") for name in ("verbs", "resources", "apiGroups"))
_TEXT = item("", "string")
_RULE = item("", "object")


def _any(field: Field, *values: str) -> Predicate:
    """The list has one of these, or everything (`*`)."""
    return SomeItem(field, OneOf(_TEXT, ("*", *values)))


def _granting(
    rule_id: str,
    title: str,
    severity: Severity,
    rationale: str,
    verbs: tuple[str, ...],
    resources: tuple[str, ...],
    *,
    cis: str = "",
    levels: Mapping[Tier, Level] = REQUIRED,
) -> ObjectRule:
    granted = AllOf((_any(_VERBS, *verbs), _any(_RESOURCES, *resources)))
    mend = "grant the verbs and resources that are needed, by name"
    described = about(rule_id, title, severity, rationale, mend, _SNIPPET, cis=cis, levels=levels)
    return object_rule(described, _ROLES, of_object(Not(granted), _RULE, "must not grant this", _GRANTS))


RBAC_WILDCARDS = object_rule(
    about(
        "rbac-wildcards",
        "Wildcards in a role",
        "high",
        "A * grants what there will be tomorrow too.",
        "name the verbs, resources and API groups that are needed",
        _SNIPPET,
        cis="5.1.3",
    ),
    _ROLES,
    *(
        of_object(Not(SomeItem(field, Equals(_TEXT, "*"))), field, "must not contain *", _GRANTS)
        for field in (_VERBS, _RESOURCES, _GROUPS)
    ),
)
_ROLE_NAME = obj("roleRef.name", "string")
RBAC_CLUSTER_ADMIN = object_rule(
    about(
        "rbac-cluster-admin",
        "Binding to cluster-admin",
        "critical",
        "cluster-admin may do everything, everywhere.",
        "bind a role that grants what is needed",
        'kubernetes.rbac.v1.RoleRefArgs(api_group="rbac.authorization.k8s.io", kind="Role", name="app")',
        cis="5.1.1",
    ),
    _BINDINGS,
    of_object(Not(Equals(_ROLE_NAME, "cluster-admin")), _ROLE_NAME, "must not be cluster-admin"),
)
RBAC_SECRETS = _granting(
    "rbac-secrets",
    "Reading Secrets",
    "high",
    "Who reads all Secrets of a namespace has what each of them opens.",
    ("get", "list", "watch", "create", "update", "patch", "delete"),
    ("secrets",),
    cis="5.1.2",
)
RBAC_POD_CREATE = _granting(
    "rbac-pod-create",
    "Creating pods",
    "medium",
    "Who makes pods may use every Secret and account of the namespace through them.",
    ("create", "update", "patch"),
    (
        "pods",
        "deployments",
        "statefulsets",
        "daemonsets",
        "replicasets",
        "replicationcontrollers",
        "jobs",
        "cronjobs",
    ),
    cis="5.1.4",
    levels=ADVISED,
)
RBAC_EXEC = _granting(
    "rbac-exec",
    "Shell in pods",
    "high",
    "A shell in a pod has what the pod has, and leaves little trace.",
    ("create", "get"),
    ("pods/exec", "pods/attach", "pods/portforward"),
)
RBAC_ESCALATION = object_rule(
    about(
        "rbac-escalation",
        "escalate, bind, impersonate",
        "critical",
        "With one of these verbs one gives oneself the rest.",
        "remove the verb",
        _SNIPPET,
        cis="5.1.8",
    ),
    _ROLES,
    of_object(
        Not(SomeItem(_VERBS, OneOf(_TEXT, ("escalate", "bind", "impersonate")))),
        _VERBS,
        "must not contain escalate, bind or impersonate",
        _GRANTS,
    ),
)
RBAC_NODE_PROXY = _granting(
    "rbac-node-proxy",
    "The nodes' own agent",
    "critical",
    "nodes/proxy runs commands in every pod of a node, past the API server's log.",
    ("get", "create"),
    ("nodes/proxy",),
    cis="5.1.10",
)
RBAC_WEBHOOKS_CSR = _granting(
    "rbac-webhooks-csr",
    "Webhooks and certificates",
    "critical",
    "Who changes admission webhooks sees and rewrites every object; who approves certificates becomes anybody.",
    ("create", "update", "patch", "delete", "approve"),
    (
        "mutatingwebhookconfigurations",
        "validatingwebhookconfigurations",
        "certificatesigningrequests/approval",
        "signers",
    ),
    cis="5.1.12",
)
_SUBJECT = item("name", "string")
PUBLIC_ROLES = Parameter(
    "publicRoles",
    {"type": "array", "items": {"type": "string"}},
    ["system:basic-user", "system:discovery", "system:public-info-viewer"],
    "Roles that everybody may have; by default those that Kubernetes itself gives to everybody.",
)
RBAC_SYSTEM_GROUPS = object_rule(
    about(
        "rbac-system-groups",
        "Rights for everybody",
        "critical",
        "What these groups are granted everybody has, or nobody can take away again.",
        "name the users, groups or accounts that need the rights",
        'kubernetes.rbac.v1.SubjectArgs(kind="ServiceAccount", name="app", namespace="shop")',
        cis="5.1.7",
    ),
    _BINDINGS,
    of_object(
        AnyOf(
            (
                Not(Matches(_SUBJECT, "^system:(anonymous|unauthenticated|authenticated|masters)$")),
                OneOf(_ROLE_NAME, Setting(PUBLIC_ROLES.name)),
            )
        ),
        _SUBJECT,
        "must not be everybody, or the system's masters",
        obj("subjects", "list"),
    ),
    parameters=(PUBLIC_ROLES,),
)
_DANGEROUS = (
    (("create",), ("persistentvolumes", "serviceaccounts/token")),
    (("delete", "deletecollection"), ("events",)),
    (
        ("create", "update", "patch", "delete"),
        ("networkpolicies", "endpoints", "endpointslices", "services/status", "resourcequotas", "limitranges"),
    ),
)
RBAC_OTHER = object_rule(
    about(
        "rbac-other",
        "Other far-reaching rights",
        "high",
        "Volumes of the node, tokens of accounts, traffic of Services, traces of what was done: each opens more.",
        "remove the right, or grant it to a controller that is looked after",
        _SNIPPET,
        levels=ADVISED,
        cis="5.1.9",
    ),
    _ROLES,
    of_object(
        Not(
            AnyOf(
                tuple(
                    AllOf((_any(_VERBS, *verbs), SomeItem(_RESOURCES, OneOf(_TEXT, resources))))
                    for verbs, resources in _DANGEROUS
                )
            )
        ),
        _RULE,
        "must not grant this",
        _GRANTS,
    ),
)

RULES = (
    RBAC_WILDCARDS,
    RBAC_CLUSTER_ADMIN,
    RBAC_SECRETS,
    RBAC_POD_CREATE,
    RBAC_EXEC,
    RBAC_ESCALATION,
    RBAC_NODE_PROXY,
    RBAC_WEBHOOKS_CSR,
    RBAC_SYSTEM_GROUPS,
    RBAC_OTHER,
)
