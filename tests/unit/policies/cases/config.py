"""Secrets and configuration."""

from typing import Any

from tests.unit.policies.cases.case import Case, Json, fails, passes, pod_of, thing
from tests.unit.policies.cases.pod_security import in_containers

GOOD_ENV: tuple[Any, ...] = (
    None,
    [{"name": "LOG_LEVEL", "value": "info"}],
    [{"name": "DB_PASSWORD", "value": ""}],
    [{"name": "DB_PASSWORD", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}],
    [{"name": "DB_PASSWORD_FILE", "value": "/run/secrets/db"}],
    [{"name": "TOKENIZER", "value": "bert"}],
)
SECRET_NAMES = (
    "PASSWORD", "db_password", "API_KEY", "GITHUB-TOKEN", "passwd", "db.passphrase", "secret", "apikey", "ACCESS_KEY",
    "private-key", "credentials", "clientSecret", "client_secret",
)  # fmt: skip
SECRET_VALUES = (
    "-----BEGIN RSA PRIVATE KEY-----",
    "postgres://user:pass@db/x",
    "AKIA" + "A0" * 8,
    "ghp_" + "a" * 36,
    "xoxb-" + "1" * 10,
    "eyJ" + "a" * 10 + ".eyJ" + "b" * 10 + ".c",
)
BAD_ENV: tuple[Any, ...] = (
    *([{"name": "A", "value": "b"}, {"name": name, "value": "x"}] for name in SECRET_NAMES),
    *([{"name": "A", "value": value}] for value in SECRET_VALUES),
)


def config_map(**data: str) -> Json:
    return thing("v1/ConfigMap", data=data)


CASES: list[Case] = [
    *in_containers("secret-literal-env", "env", GOOD_ENV, BAD_ENV),
    *in_containers(
        "secret-via-env",
        "env",
        (None, [{"name": "A", "value": "b"}], [{"name": "A", "valueFrom": {"configMapKeyRef": {"name": "c"}}}]),
        ([{"name": "A", "valueFrom": {"secretKeyRef": {"name": "s"}}}],),
    ),
    *in_containers(
        "secret-via-env", "envFrom", (None, [{"configMapRef": {"name": "c"}}]), ([{"secretRef": {"name": "s"}}],)
    ),
    *fails(
        "secret-in-configmap",
        config_map(a="b", password="x"),
        config_map(**{"db.password": "x"}),
        *(config_map(a="b", **{name: "x"}) for name in SECRET_NAMES),
        *(config_map(k=value) for value in SECRET_VALUES),
    ),
    *passes(
        "secret-in-configmap",
        config_map(),
        config_map(level="info", password="", password_file="x"),
        thing("v1/Secret", data={"password": "eA=="}),
    ),
    *fails("legacy-sa-token", thing("v1/Secret", type="kubernetes.io/service-account-token")),
    *passes("legacy-sa-token", thing("v1/Secret"), thing("v1/Secret", type="Opaque")),
    *(
        Case("secret-restrictions", body, name == "root", {"forbiddenSecrets": ["root"]})
        for name in ("root", "app")
        for body in (
            pod_of({"volumes": [{"name": "v", "secret": {"secretName": name}}]}),
            *(
                pod_of({"containers": [], where: [{"name": "a", **fields}]})
                for where in ("containers", "initContainers", "ephemeralContainers")
                for fields in (
                    {"env": [{"name": "A", "valueFrom": {"secretKeyRef": {"name": name}}}]},
                    {"envFrom": [{"secretRef": {"name": name}}]},
                )
            ),
        )
    ),
    *fails(
        "storage-class",
        thing("v1/PersistentVolumeClaim", {}),
        thing("v1/PersistentVolumeClaim", {"storageClassName": ""}),
    ),
    *passes("storage-class", thing("v1/PersistentVolumeClaim", {"storageClassName": "fast"})),
    *(
        case
        for rule, body in (
            ("storage-class", thing("v1/PersistentVolumeClaim", {"storageClassName": "fast"})),
            (
                "storage-class-templates",
                thing("apps/v1/StatefulSet", {"volumeClaimTemplates": [{"spec": {"storageClassName": "fast"}}]}),
            ),
        )
        for case in (
            *fails(rule, body, allowedStorageClasses=["slow"]),
            *passes(rule, body, allowedStorageClasses=["slow", "fast"]),
        )
    ),
    *fails(
        "storage-class-templates",
        thing("apps/v1/StatefulSet", {"volumeClaimTemplates": [{"spec": {"storageClassName": "a"}}, {"spec": {}}]}),
    ),
    *passes(
        "storage-class-templates",
        thing("apps/v1/StatefulSet", {}),
        thing("apps/v1/StatefulSet", {"volumeClaimTemplates": [{"spec": {"storageClassName": "a"}}]}),
    ),
]
