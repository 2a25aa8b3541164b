"""What runs in a workload's place writes to its volumes, and is otherwise what ran beside it."""

import copy
from typing import Any

from cli.backups.on_cluster import pod_in_place
from cli.backups.on_docker import flags_in_place
from components.manifests.backup import sidecar
from components.manifests.stateful_set import stateful_set
from tests.unit.components.manifests.test_backup import OBJECTS, STORE, WHERE, backup

ARGUMENTS = ("restore", "--volume=data")


def pod() -> dict[str, Any]:
    beside = sidecar(WHERE, backup(), "store", STORE, "image", OBJECTS)
    return pod_in_place(stateful_set(WHERE, "store", STORE, "image", {}, beside), ["data"], ARGUMENTS)


def test_the_pod_holds_nothing_but_what_saves_the_volumes():
    [container] = pod()["spec"]["containers"]

    assert (container["name"], container["args"]) == ("backup", ["restore", "--volume=data"])
    assert not {"livenessProbe", "readinessProbe", "startupProbe"} & container.keys()


def test_the_pod_has_the_workloads_claim_and_may_write_to_it():
    spec = pod()["spec"]
    [mount] = [each for each in spec["containers"][0]["volumeMounts"] if each["mountPath"] == "/volumes/data"]

    assert mount == {"name": "volume-data", "mountPath": "/volumes/data"}
    claims = {"name": "volume-data", "persistentVolumeClaim": {"claimName": "volume-data-store-0"}}
    assert [each for each in spec["volumes"] if each["name"] == "volume-data"] == [claims]


def test_the_pod_is_as_confined_and_as_connected_as_the_workloads():
    made = pod()

    assert made["metadata"]["labels"]["app.kubernetes.io/name"] == "store"
    assert made["spec"]["securityContext"]["runAsUser"] == STORE.user
    assert made["spec"]["restartPolicy"] == "Never"


def test_what_runs_stays_as_it_is():
    made = stateful_set(WHERE, "store", STORE, "image", {}, sidecar(WHERE, backup(), "store", STORE, "image", OBJECTS))
    before = copy.deepcopy(made)

    pod_in_place(made, ["data"], ARGUMENTS)

    assert made == before


def test_a_container_on_a_docker_host_keeps_its_bounds_and_may_write_to_the_volume():
    found = {
        "Name": "/demo.store-backup",
        "Config": {"User": "10001:10001", "Env": ["BACKUP_WORKLOAD=store"]},
        "HostConfig": {
            "SecurityOpt": ["no-new-privileges:true"],
            "NetworkMode": "none",
            "Memory": 2**29,
            "MemorySwap": 2**29,
            "NanoCpus": 500_000_000,
            "PidsLimit": 64,
            "Tmpfs": {"/tmp": "rw,noexec,size=256m"},
            "Mounts": [
                {"Type": "volume", "Source": "demo.store.volume.data", "Target": "/volumes/data", "ReadOnly": True},
                {"Type": "volume", "Source": "demo.store-backup.secrets", "Target": "/run/secrets", "ReadOnly": True},
            ],
        },
    }

    flags = flags_in_place(found, ["data"])

    assert "--mount=type=volume,source=demo.store.volume.data,target=/volumes/data,volume-nocopy=true" in flags
    assert next(flag for flag in flags if flag.startswith("--mount") and "/run/secrets" in flag).endswith(",readonly")
    confined = {"--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges:true", "--cpus=0.5"}
    assert confined <= set(flags)
