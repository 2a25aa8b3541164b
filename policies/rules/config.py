"""Secrets and configuration: what is secret stays so."""

from __future__ import annotations

from policies.predicates import (
    KEY,
    AllOf,
    AnyOf,
    Chosen,
    Empty,
    Equals,
    Field,
    Matches,
    Missing,
    Not,
    OneOf,
    Predicate,
    Setting,
    container,
    item,
    obj,
    pod,
)
from policies.rule import ADVISED, ON_REQUEST, Parameter
from policies.rules.build import CORE, about, object_rule, of_container, of_object, of_pod, pod_rule

CREDENTIAL_NAMES = (
    r"(?i)(^|[_.-])(passwords?|passwd|passphrase|secrets?|tokens?|api[_-]?keys?|access[_-]?keys?|private[_-]?keys?"
    r"|credentials?|client[_-]?secret)$"
)
CREDENTIAL_VALUES = (
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36}"
    r"|\bxox[baprs]-[A-Za-z0-9-]{10,}"
    r"|\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.|://[^/\s:@]+:[^/\s:@]+@"
)
_ENV = container("env", "list")


def _plain_secret(name: Field, value: Field) -> Predicate:
    """The name of something secret beside a value, or a value that is one by its looks."""
    return AnyOf((AllOf((Matches(name, CREDENTIAL_NAMES), Not(Empty(value)))), Matches(value, CREDENTIAL_VALUES)))


SECRET_LITERAL_ENV = pod_rule(
    about(
        "secret-literal-env",
        "Secret in plain text",
        "critical",
        "A password in a manifest is read by all who read manifests, logs of updates, and states.",
        "put it into a Secret, and mount that as a file",
        f'{CORE}.VolumeArgs(name="secrets", secret={CORE}.SecretVolumeSourceArgs(secret_name="app"))',
        cis="5.4.1",
        decision="A literal value is critical; a reference to a Secret is advice (secret-via-env).",
    ),
    of_container(
        Not(_plain_secret(item("name", "string"), item("value", "string"))),
        item("value", "string"),
        "must not hold a secret in plain text",
        _ENV,
    ),
)
SECRET_VIA_ENV = pod_rule(
    about(
        "secret-via-env",
        "Secret as a variable",
        "low",
        "Variables are inherited by every child process, and turn up in crash reports.",
        "mount the Secret as a file",
        f'{CORE}.VolumeArgs(name="secrets", secret={CORE}.SecretVolumeSourceArgs(secret_name="app"))',
        levels=ADVISED,
        cis="5.4.1",
    ),
    *(
        of_container(Missing(field), field, "must not be set", container(where, "list"))
        for where, field in (
            ("env", item("valueFrom.secretKeyRef", "object")),
            ("envFrom", item("secretRef", "object")),
        )
    ),
)
_ENTRY = item("", "string")
SECRET_IN_CONFIGMAP = object_rule(
    about(
        "secret-in-configmap",
        "Secret in a ConfigMap",
        "critical",
        "A ConfigMap is read by far more people and programs than a Secret, and is stored in plain text.",
        "put it into a Secret",
        f'{CORE}.Secret("app", string_data={{"password": password}})',
    ),
    ("ConfigMap",),
    of_object(Not(_plain_secret(KEY, _ENTRY)), _ENTRY, "must not hold a secret in plain text", obj("data", "object")),
)
_KIND = obj("type", "string")
LEGACY_SA_TOKEN = object_rule(
    about(
        "legacy-sa-token",
        "Token that never ends",
        "high",
        "A Secret with a service account's token holds for ever, for whoever has seen it once.",
        "use a projected token, which ends by itself",
        f"{CORE}.ServiceAccountTokenProjectionArgs(path='token', expiration_seconds=3600)",
    ),
    ("Secret",),
    of_object(Not(Equals(_KIND, "kubernetes.io/service-account-token")), _KIND, "must be another type"),
)
FORBIDDEN_SECRETS = Parameter(
    "forbiddenSecrets", {"type": "array", "items": {"type": "string"}}, [], "Names of Secrets that no pod may use."
)
_FORBIDDEN = Setting(FORBIDDEN_SECRETS.name)
SECRET_RESTRICTIONS = pod_rule(
    about(
        "secret-restrictions",
        "Forbidden Secrets",
        "high",
        "Some Secrets of a namespace are not for workloads: who mounts them has what they open.",
        "use the workload's own Secret",
        f'{CORE}.SecretVolumeSourceArgs(secret_name="app")',
        levels=ON_REQUEST,
    ),
    of_pod(
        Not(OneOf(item("secret.secretName", "string"), _FORBIDDEN)),
        item("secret.secretName", "string"),
        "must not be a forbidden one",
        pod("volumes", "list"),
    ),
    *(
        of_container(Not(OneOf(field, _FORBIDDEN)), field, "must not be a forbidden one", container(where, "list"))
        for where, field in (
            ("env", item("valueFrom.secretKeyRef.name", "string")),
            ("envFrom", item("secretRef.name", "string")),
        )
    ),
    parameters=(FORBIDDEN_SECRETS,),
)
ALLOWED_STORAGE_CLASSES = Parameter(
    "allowedStorageClasses",
    {"type": "array", "items": {"type": "string"}},
    None,
    "The storage classes that a claim may name. Not set: any.",
)


def _class_allowed(field: Field) -> Predicate:
    setting = Setting(ALLOWED_STORAGE_CLASSES.name)
    return AllOf((Not(Empty(field)), AnyOf((Chosen(setting, None), OneOf(field, setting)))))


_CLASS = obj("spec.storageClassName", "string")
_CLAIM = item("spec.storageClassName", "string")
STORAGE_CLASS = object_rule(
    about(
        "storage-class",
        "Storage class",
        "low",
        "What the cluster's default happens to be decides how data is kept, and whether it is encrypted.",
        "set storageClassName",
        f'{CORE}.PersistentVolumeClaimSpecArgs(storage_class_name="encrypted", access_modes=["ReadWriteOnce"])',
        levels=ADVISED,
    ),
    ("PersistentVolumeClaim",),
    of_object(_class_allowed(_CLASS), _CLASS, "must be set, to one of the allowed ones"),
    parameters=(ALLOWED_STORAGE_CLASSES,),
)
STORAGE_CLASS_TEMPLATES = object_rule(
    about(
        "storage-class-templates",
        "Storage class of a StatefulSet",
        "low",
        "What the cluster's default happens to be decides how data is kept, and whether it is encrypted.",
        "set storageClassName in the volumeClaimTemplates",
        f'{CORE}.PersistentVolumeClaimSpecArgs(storage_class_name="encrypted", access_modes=["ReadWriteOnce"])',
        levels=ADVISED,
    ),
    ("apps/StatefulSet",),
    of_object(
        _class_allowed(_CLAIM),
        _CLAIM,
        "must be set, to one of the allowed ones",
        obj("spec.volumeClaimTemplates", "list"),
    ),
    parameters=(ALLOWED_STORAGE_CLASSES,),
)

RULES = (
    SECRET_LITERAL_ENV,
    SECRET_VIA_ENV,
    SECRET_IN_CONFIGMAP,
    LEGACY_SA_TOKEN,
    SECRET_RESTRICTIONS,
    STORAGE_CLASS,
    STORAGE_CLASS_TEMPLATES,
)
