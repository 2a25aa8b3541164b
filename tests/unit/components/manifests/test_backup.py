"""What runs beside a workload whose volumes are saved, in its pod and on a Docker host."""

import json
from typing import Any

from components.manifests.backup import backup_workload, docker_mounts, sidecar, with_way_out
from components.manifests.pod import pod_template
from components.manifests.stateful_set import stateful_set
from components.spec.backup import Backup
from tests.unit.components import given

S3 = {
    "s3": {
        "url": "https://s3.example.com/backups/",
        "accessKey": "access",
        "secretKey": "key",
        "allowTo": {"cidr": "203.0.113.20/32", "ports": [443]},
    }
}
VOLUMES = [
    {"name": "data", "path": "/data", "size": "1Gi", "backup": True},
    {"name": "cache", "path": "/cache", "size": "1Gi"},
]
STORE = given.workload(replicas=1, volumes=VOLUMES, user=12_000, group=13_000)
OBJECTS = {"password": "password-1a2b", "access": "access-1a2b", "key": "key-1a2b"}
WHERE = given.environment()


def backup(**fields: Any) -> Backup:
    return Backup.model_validate({"repository": {"volume": "backups"}, "password": "password", **fields})


def container(found: Backup) -> dict[str, Any]:
    return sidecar(WHERE, found, "store", STORE, "image", OBJECTS).container


def mounts(found: Backup) -> dict[str, dict[str, Any]]:
    return {each["mountPath"]: each for each in container(found)["volumeMounts"]}


def test_a_saved_volume_is_mounted_for_reading_and_no_other_is():
    found = mounts(backup())

    assert found["/volumes/data"] == {"name": "volume-data", "mountPath": "/volumes/data", "readOnly": True}
    assert "/volumes/cache" not in found


def test_the_pod_has_every_volume_that_is_mounted():
    beside = sidecar(WHERE, backup(), "store", STORE, "image", OBJECTS)
    made = stateful_set(WHERE, "store", STORE, "image", {}, beside)["spec"]

    names = [each["name"] for each in made["template"]["spec"]["volumes"]]
    claims = [each["metadata"]["name"] for each in made["volumeClaimTemplates"]]
    mounted = {each["name"] for one in made["template"]["spec"]["containers"] for each in one["volumeMounts"]}
    assert len(names) == len(set(names))
    assert mounted == {*names, *claims}


def test_it_runs_as_the_workload_that_wrote_the_files():
    found = container(backup())["securityContext"]

    assert (found["runAsUser"], found["runAsGroup"], found["readOnlyRootFilesystem"]) == (12_000, 13_000, True)


def test_no_port_of_the_pod_has_two_owners():
    template = pod_template(
        WHERE, "store", STORE, "image", {}, sidecar(WHERE, backup(), "store", STORE, "image", OBJECTS)
    )

    ports = [port["name"] for each in template["spec"]["containers"] for port in each["ports"]]
    assert ports == ["http", "backup"]
    assert container(backup())["livenessProbe"]["httpGet"]["port"] == "backup"


def test_each_workload_has_a_repository_of_its_own():
    kept = {each["name"]: each["value"] for each in container(backup())["env"]}
    sent = {each["name"]: each["value"] for each in container(backup(repository=S3))["env"]}

    assert kept["RESTIC_REPOSITORY"] == "/repository/demo.store"
    assert sent["RESTIC_REPOSITORY"] == "s3:https://s3.example.com/backups/demo.store"


def test_secrets_are_files_of_that_container_alone():
    template = pod_template(
        WHERE, "store", STORE, "image", {}, sidecar(WHERE, backup(repository=S3), "store", STORE, "image", OBJECTS)
    )
    own, beside = template["spec"]["containers"]

    assert "/run/secrets" not in [each["mountPath"] for each in own["volumeMounts"]]
    env = {each["name"]: each["value"] for each in beside["env"]}
    assert env["BACKUP_SECRET_KEY_FILE"] == "/run/secrets/key"
    assert env["RESTIC_PASSWORD_FILE"] == "/run/secrets/password"


def test_a_secret_may_have_the_name_of_a_variable():
    made = backup_workload(WHERE, backup(password="restic-password"), "store", STORE)

    assert made.secrets == ("restic-password",)


def test_the_clock_and_what_stays_are_told_in_seconds_and_by_rule():
    made = backup_workload(WHERE, backup(every="6h", at="01:15", keep={"last": 1, "daily": 2}), "store", STORE)

    told = {name: made.env[f"BACKUP_{name}_SECONDS"] for name in ("EVERY", "AT", "CHECK")}
    assert told == {"EVERY": "21600", "AT": "4500", "CHECK": "604800"}
    assert json.loads(made.env["BACKUP_KEEP"]) == {"last": 1, "daily": 2, "weekly": 5, "monthly": 12}


def test_the_pod_may_call_the_storage_and_nothing_else_is_let_through():
    peer = backup(repository=S3).repository.s3
    assert peer

    assert with_way_out(backup(repository=S3), STORE).network.allow_to == (peer.allow_to,)
    assert with_way_out(backup(), STORE) == STORE


def test_a_docker_host_mounts_the_same_and_keeps_it_on_a_volume_of_nobodys():
    found = {
        each["target"]: (each["source"], each["readOnly"]) for each in docker_mounts(WHERE, backup(), "store", STORE)
    }

    assert found == {"/volumes/data": ("demo.store.volume.data", True), "/repository": ("backups", False)}
