"""Programs: what only Pulumi knows of a resource, its secrets and its options."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import cast

from policies.plain import UNKNOWN, Path, Sealed, Unknown
from policies.predicates import AllOf, AnyOf, Equals, Matches, Not, OneOf, Parameters, Setting, item, obj
from policies.rule import ADVISED, Parameter
from policies.rules.build import about, judged, object_rule, of_object
from policies.rules.config import CREDENTIAL_NAMES, CREDENTIAL_VALUES
from policies.view import render

_NAME, _VALUE = re.compile(CREDENTIAL_NAMES), re.compile(CREDENTIAL_VALUES)
_DEEPEST = 40


def _texts(value: object, path: Path, *, named: bool) -> Iterator[tuple[Path, object, bool]]:
    """Every text but the secret ones, and what is not known yet; and whether its name is that of something secret."""
    if len(path) > _DEEPEST:
        return
    if isinstance(value, dict):
        for key, inner in cast("dict[str, object]", value).items():
            yield from _texts(inner, (*path, key), named=_NAME.search(_words(key)) is not None)
    elif isinstance(value, list):
        for index, inner in enumerate(cast("list[object]", value)):
            yield from _texts(inner, (*path, index), named=named)
    elif isinstance(value, str | Unknown):
        yield path, value, named


def _words(name: str) -> str:
    """`dbPassword` as `db_Password`: names in other notations are known by their last word."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)


def _plain_credential(value: object, _: Parameters) -> str | Unknown | None:
    undecided = False
    for path, text, named in _texts(value, (), named=False):
        if not isinstance(text, str):
            undecided = True
        elif (named and text) or _VALUE.search(text):
            return f"{render(path)} is in plain text"
    return UNKNOWN if undecided else None


_TYPE = obj("type", "string")
PLAIN_CREDENTIAL = object_rule(
    about(
        "plain-credential",
        "Credential in plain text",
        "critical",
        "What is no secret to Pulumi stands in the state, in previews and in logs for everyone to read.",
        "make it a secret: config.require_secret, or pulumi.Output.secret around the value",
        "password = pulumi.Output.secret(value)",
        decision="A credential is known by the last word of its input's name, or by its own looks. Kubernetes objects "
        "have rules of their own (secret-literal-env, secret-in-configmap, plain-secret-data), but for Helm releases.",
    ),
    ("*",),
    of_object(
        judged("tells secrets from plain text, anywhere in the inputs", obj("inputs", "any"), _plain_credential),
        obj("inputs", "object"),
        "must hold no credential in plain text",
    ),
    unless=AllOf((Matches(_TYPE, "^kubernetes:"), Not(Matches(_TYPE, "^kubernetes:helm.sh/")))),
    subject="resource",
)
_STATEMENT = item("", "any")


def _not_wrapped(value: object, _: Parameters) -> str | None:
    return None if isinstance(value, Sealed) or value == "" else "it is in plain text"


PLAIN_SECRET_DATA = object_rule(
    about(
        "plain-secret-data",
        "Secret's data in plain text",
        "critical",
        "The data of a Secret that is no secret to Pulumi stands in the state for everyone to read.",
        "make the value a secret: config.require_secret, or pulumi.Output.secret around it",
        'kubernetes.core.v1.Secret("app", string_data={"token": pulumi.Output.secret(token)})',
    ),
    ("kubernetes:core/v1:Secret", "kubernetes:core/v1:SecretPatch"),
    *(
        of_object(
            judged("tells secrets from plain text", _STATEMENT, _not_wrapped), _STATEMENT, "must be a secret", each
        )
        for each in (obj("inputs.data", "object"), obj("inputs.stringData", "object"))
    ),
    subject="resource",
)
_IGNORED = item("", "string")
_SECURITY = (
    r"(?i)^(\*|inputs|spec|spec\.(template|jobTemplate)(\.spec)*)$"
    r"|(^|[.\[\"])(securityContext|image|capabilities|privileged|serviceAccountName|automountServiceAccountToken|hostNetwork"
    r"|hostPID|hostIPC|hostPath|volumes|rules|subjects|roleRef|podSelector|policyTypes|ingress|egress|tls|limits|resources"
    r"|networkMode|user|readOnly)($|[.\[\"])"
)
IGNORED_SECURITY = object_rule(
    about(
        "ignored-security",
        "Changes of security fields ignored",
        "high",
        "With ignoreChanges a field keeps whatever the cluster has: neither the program nor a rule holds it any more.",
        "remove the field from ignoreChanges, or name the field beneath it that a controller owns",
        'opts = pulumi.ResourceOptions(ignore_changes=["spec.replicas"])',
    ),
    ("kubernetes:*", "docker:*"),
    of_object(
        Not(Matches(_IGNORED, _SECURITY)),
        _IGNORED,
        "must not be a security field",
        obj("options.ignoreChanges", "list"),
    ),
    subject="resource",
)
STATEFUL = (
    "kubernetes:core/v1:PersistentVolume",
    "kubernetes:core/v1:PersistentVolumeClaim",
    "docker:index/volume:Volume",
    "aws:dynamodb/table:Table",
    "aws:efs/fileSystem:FileSystem",
    "aws:rds/cluster:Cluster",
    "aws:rds/instance:Instance",
    "aws:s3/bucket:Bucket",
    "aws:s3/bucketV2:BucketV2",
    "azure-native:dbforpostgresql:Server",
    "azure-native:sql:Database",
    "azure-native:storage:StorageAccount",
    "gcp:sql/databaseInstance:DatabaseInstance",
    "gcp:storage/bucket:Bucket",
)
"""Resources whose end is the end of data."""

_PROTECT, _RETAIN = obj("options.protect", "bool"), obj("options.retainOnDelete", "bool")
PROTECTED_STATE = object_rule(
    about(
        "protected-state",
        "Data without protection",
        "medium",
        "A renamed resource, or a destroy in the wrong stack, ends what is in it; protect asks first.",
        "set protect, or retain_on_delete, in the resource's options",
        "opts = pulumi.ResourceOptions(protect=True)",
        levels=ADVISED,
        decision="The engine does not tell a pack about retainOnDelete: there only protect counts.",
    ),
    STATEFUL,
    of_object(AnyOf((Equals(_PROTECT, True), Equals(_RETAIN, True))), _PROTECT, "must be true"),
    subject="resource",
)
ALLOWED_RELEASES = Parameter(
    "allowedReleases",
    {"type": "array", "items": {"type": "string"}},
    [],
    "Charts that may be installed as a Helm release, of which no rule sees an object.",
)
_CHART = obj("inputs.chart", "string")
OPAQUE_RELEASE = object_rule(
    about(
        "opaque-release",
        "Helm release",
        "high",
        "A Helm release is one resource to Pulumi: neither a preview nor a rule sees the objects that it brings.",
        "use kubernetes.helm.v4.Chart, which makes a resource of every object",
        'kubernetes.helm.v4.Chart("redis", chart="redis", version="20.1.0", namespace="shop")',
    ),
    ("kubernetes:helm.sh/v3:Release",),
    of_object(OneOf(_CHART, Setting(ALLOWED_RELEASES.name)), _CHART, "must be one of the allowed ones"),
    parameters=(ALLOWED_RELEASES,),
    subject="resource",
)

RULES = (PLAIN_CREDENTIAL, PLAIN_SECRET_DATA, IGNORED_SECURITY, PROTECTED_STATE, OPAQUE_RELEASE)
