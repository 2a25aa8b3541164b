"""Programs: secrets, options, and what hides its objects."""

from typing import Any

from policies.plain import SECRET_SIGNATURE, SENTINELS, SIGNATURE
from policies.rules.pulumi import STATEFUL
from tests.unit.policies.cases.case import Case, Json, fails, nested, passes, resource, waits

UNKNOWN = min(SENTINELS)
DATABASE, SECRET, RELEASE = "aws:rds/instance:Instance", "kubernetes:core/v1:Secret", "kubernetes:helm.sh/v3:Release"
CONTAINER = "docker:index/container:Container"
DEPLOYMENT = "kubernetes:apps/v1:Deployment"


SECURITY_FIELDS = (
    "securityContext", "image", "capabilities", "privileged", "serviceAccountName", "automountServiceAccountToken",
    "hostNetwork", "hostPID", "hostIPC", "hostPath", "volumes", "rules", "subjects", "roleRef", "podSelector",
    "policyTypes", "ingress", "egress", "tls", "limits", "resources", "networkMode", "user", "readOnly",
)  # fmt: skip


def secret(value: Any) -> Json:
    return {SIGNATURE: SECRET_SIGNATURE, "value": value}


PASSES: list[tuple[str, str, Json, Json]] = [
    ("plain-credential", DATABASE, {"password": secret("x"), "name": "x", "tokens": ["", None, 3]}, {}),
    ("plain-credential", DATABASE, {"outer": secret({"password": "x"}), "list": [secret("x")]}, {}),
    ("plain-credential", DATABASE, {"passwordLength": "16", "secretName": "x", "url": "https://a.b/c"}, {}),
    ("plain-credential", DEPLOYMENT, {"password": "x"}, {}),
    # A search that goes on for ever is one that a hostile input can end.
    ("plain-credential", DATABASE, nested(".".join("a" * 40), {"password": "canary"}), {}),
    ("plain-credential", "kubernetes:a/kubernetes:helm.sh/v1:Kind", {"password": "x"}, {}),
    ("plain-secret-data", SECRET, {"data": {"a": ""}}, {}),
    ("plain-secret-data", SECRET, {"stringData": {"a": secret("x"), "b": ""}, "data": secret({"a": "x"})}, {}),
    ("plain-secret-data", "kubernetes:core/v1:ConfigMap", {"data": {"a": "x"}}, {}),
    ("ignored-security", DEPLOYMENT, {}, {"ignoreChanges": ["spec.replicas", 'metadata.annotations["a.b/image-tag"]']}),
    ("ignored-security", "aws:s3/bucket:Bucket", {}, {"ignoreChanges": ["*"]}),
    *(("protected-state", type_, {}, {"protect": True}) for type_ in STATEFUL),
    ("protected-state", DEPLOYMENT, {}, {}),
    ("opaque-release", "kubernetes:helm.sh/v4:Chart", {"chart": "x"}, {}),
]
FAILS: list[tuple[str, str, Json, Json, str]] = [
    ("plain-credential", DATABASE, {"password": "canary"}, {}, "(password is in plain text)"),
    ("plain-credential", DATABASE, {"a": [{"dbPassword": "canary"}]}, {}, "(a[0].dbPassword is in plain text)"),
    ("plain-credential", DATABASE, {"apiKeys": ["", "canary"]}, {}, "(apiKeys[1] is in plain text)"),
    ("plain-credential", DATABASE, {"url": "https://me:canary@a.b/"}, {}, "(url is in plain text)"),
    (
        "plain-credential",
        RELEASE,
        {"values": {"auth": {"password": "canary"}}},
        {},
        "(values.auth.password is",
    ),
    (
        "plain-credential",
        "docker:index/container:Container",
        {"envs": ["A=-----BEGIN PRIVATE KEY-----"]},
        {},
        "envs[0]",
    ),
    (
        "plain-credential",
        DATABASE,
        nested(".".join("a" * 39), {"password": "canary"}),
        {},
        f"({'.'.join('a' * 39)}.password is",
    ),
    ("plain-credential", "my:kubernetes:Thing", {"password": "canary"}, {}, "(password is in plain text)"),
    ("plain-secret-data", SECRET, {"stringData": {"a": "canary"}}, {}, "inputs.stringData.a must be a secret"),
    ("plain-secret-data", SECRET, {"data": {"a": "canary"}}, {}, "inputs.data.a must be a secret"),
    ("plain-secret-data", "kubernetes:core/v1:SecretPatch", {"data": {"a": "canary"}}, {}, "inputs.data.a"),
    *(
        ("ignored-security", type_, {}, {"ignoreChanges": ["spec.replicas", path]}, "options.ignoreChanges[1]")
        for type_, path in (
            (DEPLOYMENT, "*"),
            (DEPLOYMENT, "spec"),
            (DEPLOYMENT, "spec.template"),
            (DEPLOYMENT, "spec.template.spec"),
            (DEPLOYMENT, "spec.template.spec.containers[0].image"),
            (DEPLOYMENT, "spec.template.spec.containers[*].securityContext.privileged"),
            ("kubernetes:rbac.authorization.k8s.io/v1:Role", "rules"),
            (CONTAINER, "privileged"),
            (CONTAINER, "inputs"),
            (DEPLOYMENT, "spec.jobTemplate.spec"),
            (DEPLOYMENT, "spec.jobTemplate"),
            *((DEPLOYMENT, f"spec.{name}") for name in SECURITY_FIELDS),
            *((DEPLOYMENT, f"spec{before}image{after}") for before in '.["' for after in ("", ".x", "[0]", '"]')),
        )
    ),
    *(("protected-state", type_, {}, {}, "options.protect must be true") for type_ in STATEFUL),
    ("opaque-release", RELEASE, {"chart": "redis"}, {}, "inputs.chart must be one of the allowed ones"),
]
WAITS: list[tuple[str, str, Json]] = [
    *(("plain-credential", DATABASE, {name: UNKNOWN}) for name in ("password", "name")),
    ("plain-secret-data", SECRET, {"stringData": {"a": UNKNOWN}}),
    ("plain-secret-data", SECRET, {"data": UNKNOWN}),
    ("opaque-release", RELEASE, {"chart": UNKNOWN}),
]
CASES: list[Case] = [
    *(case for rule, type_, inputs, options in PASSES for case in passes(rule, resource(type_, inputs, **options))),
    *(
        case
        for rule, type_, inputs, options, told in FAILS
        for case in fails(rule, resource(type_, inputs, **options), told=told)
    ),
    *(case for rule, type_, inputs in WAITS for case in waits(rule, resource(type_, inputs))),
    *passes("opaque-release", resource(RELEASE, {"chart": "redis"}), allowedReleases=["redis"]),
    *passes("protected-state", resource(DATABASE, {}, retainOnDelete=True)),
]
