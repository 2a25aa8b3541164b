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
BAD_ENV: tuple[Any, ...] = (
    *(
        [{"name": "A", "value": "b"}, {"name": name, "value": "x"}]
        for name in ("PASSWORD", "db_password", "API_KEY", "GITHUB-TOKEN")
    ),
    [{"name": "A", "value": "-----BEGIN RSA PRIVATE KEY-----"}],
    [{"name": "DATABASE_URL", "value": "postgres://user:pass@db/x"}],
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
        config_map(k="-----BEGIN PRIVATE KEY-----"),
    ),
    *passes(
        "secret-in-configmap",
        config_map(),
        config_map(level="info", password=""),
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
