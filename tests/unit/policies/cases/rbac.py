"""Rights."""

from tests.unit.policies.cases.case import Case, Json, fails, passes, thing

RBAC = "rbac.authorization.k8s.io/v1"
WORKLOADS = (
    "pods",
    "deployments",
    "statefulsets",
    "daemonsets",
    "replicasets",
    "replicationcontrollers",
    "jobs",
    "cronjobs",
)
GRANTS: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("rbac-secrets", ("get", "list", "watch", "create", "update", "patch", "delete"), ("secrets",)),
    ("rbac-pod-create", ("create", "update", "patch"), WORKLOADS),
    ("rbac-exec", ("create", "get"), ("pods/exec", "pods/attach", "pods/portforward")),
    ("rbac-node-proxy", ("get", "create"), ("nodes/proxy",)),
    (
        "rbac-webhooks-csr",
        ("create", "update", "patch", "delete", "approve"),
        (
            "mutatingwebhookconfigurations",
            "validatingwebhookconfigurations",
            "certificatesigningrequests/approval",
            "signers",
        ),
    ),
    ("rbac-other", ("create",), ("persistentvolumes", "serviceaccounts/token")),
    ("rbac-other", ("delete", "deletecollection"), ("events",)),
    (
        "rbac-other",
        ("create", "update", "patch", "delete"),
        ("networkpolicies", "endpoints", "endpointslices", "services/status", "resourcequotas", "limitranges"),
    ),
)


def role(kind: str, verbs: list[str], resources: list[str], groups: list[str] | None = None) -> Json:
    harmless = {"apiGroups": [""], "resources": ["configmaps"], "verbs": ["watch"]}
    return thing(
        f"{RBAC}/{kind}", rules=[harmless, {"apiGroups": groups or [""], "resources": resources, "verbs": verbs}]
    )


def binding(kind: str, role_name: str = "app", *subjects: str) -> Json:
    named = [{"kind": "Group", "name": name} for name in ("developers", *subjects)]
    return thing(f"{RBAC}/{kind}", roleRef={"kind": "ClusterRole", "name": role_name}, subjects=named)


NOBODYS = ("system:nodes", "my-system:masters", "system:masters-2")
CASES: list[Case] = [
    *(
        case
        for kind in ("Role", "ClusterRole")
        for case in (
            *fails(
                "rbac-wildcards",
                role(kind, ["get", "*"], ["a"]),
                role(kind, ["get"], ["a", "*"]),
                role(kind, ["get"], ["a"], ["", "*"]),
            ),
            *passes("rbac-wildcards", role(kind, ["get"], ["a"])),
            *fails(
                "rbac-escalation", *(role(kind, ["get", verb], ["a"]) for verb in ("escalate", "bind", "impersonate"))
            ),
            *passes("rbac-escalation", role(kind, ["get"], ["a"])),
            *(
                granted
                for rule, verbs, resources in GRANTS
                for granted in (
                    *fails(rule, *(role(kind, ["x", verb], ["x", resources[0]]) for verb in (*verbs, "*"))),
                    *fails(rule, *(role(kind, [verbs[0]], [name]) for name in resources)),
                    *(fails(rule, role(kind, [verbs[0]], ["*"])) if rule != "rbac-other" else ()),
                    *passes(
                        rule, role(kind, ["x"], [resources[0]]), role(kind, [verbs[0]], ["x"]), thing(f"{RBAC}/{kind}")
                    ),
                )
            ),
        )
    ),
    *(
        case
        for kind in ("RoleBinding", "ClusterRoleBinding")
        for case in (
            *fails("rbac-cluster-admin", binding(kind, "cluster-admin")),
            *passes("rbac-cluster-admin", binding(kind)),
            *fails(
                "rbac-system-groups",
                *(
                    binding(kind, "app", f"system:{name}")
                    for name in ("anonymous", "unauthenticated", "authenticated", "masters")
                ),
            ),
            *passes("rbac-system-groups", binding(kind), *(binding(kind, "app", name) for name in NOBODYS)),
            *passes(
                "rbac-system-groups",
                *(
                    binding(kind, f"system:{role}", "system:authenticated")
                    for role in ("basic-user", "discovery", "public-info-viewer")
                ),
            ),
            *passes("rbac-system-groups", binding(kind, "app", "system:authenticated"), publicRoles=["app"]),
            *fails("rbac-system-groups", binding(kind, "system:discovery", "system:masters"), publicRoles=[]),
        )
    ),
]
