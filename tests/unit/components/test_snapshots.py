"""What takes snapshots has the rights for that alone, and the guardrails find nothing to object to."""

from typing import Any

import pytest

from components.manifests.snapshots import FOLDER
from components.spec.snapshots import Snapshots, claim_of, snapshot_workload
from components.spec.values import NAME_LIMIT
from components.spec.volume import Volume
from tests.support.full_stack import FULL, PROMOTIONS, STORED
from tests.unit.components.given import workload
from tests.unit.components.judging import judged
from tests.unit.components.program import run
from tests.unit.components.recorder import Declared, Recording


@pytest.fixture(name="recording", scope="module")
def recorded() -> Recording:
    with pytest.MonkeyPatch.context() as patched:
        return run(patched, "prod", preview=False, stored=STORED, promotions=PROMOTIONS, **FULL)


def cron_job(recording: Recording) -> Declared:
    (found,) = [each for each in recording.of_type("CronJob") if each.name == "snapshots"]
    return found


def pod(recording: Recording) -> dict[str, Any]:
    return cron_job(recording).inputs["spec"]["jobTemplate"]["spec"]["template"]["spec"]


def test_it_may_make_see_and_remove_snapshots_and_nothing_else(recording: Recording):
    assert recording.one("Role").inputs["rules"] == [
        {
            "apiGroups": ["snapshot.storage.k8s.io"],
            "resources": ["volumesnapshots"],
            "verbs": ["create", "delete", "get", "list"],
        }
    ]
    assert recording.one("RoleBinding").inputs["subjects"][0]["name"] == "snapshots"


def test_its_pod_alone_has_a_token_and_for_an_hour(recording: Recording):
    found = pod(recording)

    assert found["automountServiceAccountToken"] is False
    assert [each["mountPath"] for each in found["containers"][0]["volumeMounts"]] == ["/tmp", FOLDER]
    (token,) = [each["projected"] for each in found["volumes"] if "projected" in each]
    assert token["sources"][0]["serviceAccountToken"]["expirationSeconds"] == 3600


def test_it_names_the_claims_that_the_workloads_have(recording: Recording):
    env = {each["name"]: each["value"] for each in pod(recording)["containers"][0]["env"]}

    assert env["SNAPSHOT_CLAIMS"] == claim_of("worker", "data") == "volume-data-worker-0"
    (worker,) = [each for each in recording.of_type("StatefulSet") if each.name == "worker"]
    (claim,) = worker.inputs["spec"]["volumeClaimTemplates"]
    assert f"{claim['metadata']['name']}-worker-0" == claim_of("worker", "data")
    assert claim["spec"]["dataSource"]["name"] == "volume-data-worker-0-20270131023000"


def test_the_guardrails_object_to_nothing_of_it(recording: Recording):
    names = {"snapshots", "snapshots-account", "snapshots-network", "snapshots-role", "snapshots-role-binding"}
    found = judged(recording, "registry.example.com")

    assert names - found.concerned <= {"snapshots-network"}
    assert [each for each in found.found if each[0] in names] == []


def test_a_volume_can_begin_with_whatever_snapshot_was_taken_here():
    longest = "a" * NAME_LIMIT
    name = f"{claim_of(longest, longest)}-20270131023000"

    assert Volume(name="data", path="/data", size="1Gi", from_snapshot=name).from_snapshot == name


@pytest.mark.parametrize(("volumes", "deadline"), [(1, 3600), (10, 6720), (200, 86_400)])
def test_it_has_time_for_a_storage_that_is_slow_with_each_volume(volumes: int, deadline: int):
    each = [{"name": f"v{n}", "path": f"/v{n}", "size": "1Gi", "snapshots": True} for n in range(volumes)]
    taking = Snapshots.model_validate({"className": "csi", "allowTo": {"cidr": "10.0.0.1/32"}})

    made = snapshot_workload(taking, {"store": workload(replicas=1, volumes=each)})

    assert made.job
    assert made.job.deadline_seconds == deadline
