"""A workload and what belongs to it."""

from typing import Any

import pytest

from components.secret_files import SecretFiles
from components.workload import Workload
from tests.unit.components import given
from tests.unit.components.declared import a_workload, an_environment, an_image
from tests.unit.components.recorder import DIGEST, record


def kinds(**fields: Any) -> set[str]:
    return {
        each.type.rsplit(":", 1)[-1]
        for each in record(lambda: a_workload(**fields)).resources
        if each.parent.endswith("slipway:index:Workload::api")
    }


def test_a_plain_workload_is_four_objects():
    assert kinds(replicas=1) == {"Deployment", "NetworkPolicy", "Service", "ServiceAccount"}


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"replicas": 2}, "PodDisruptionBudget"),
        ({"autoscaling": {"min": 1, "max": 2}}, "HorizontalPodAutoscaler"),
        ({"configFiles": {"folder": "/etc/app", "files": {"a.yaml": "a: 1"}}}, "ConfigMap"),
    ],
)
def test_what_is_asked_for_is_one_more_object(fields: dict[str, Any], kind: str):
    assert kind in kinds(**fields)


def test_a_workload_that_serves_nothing_has_no_service():
    assert "Service" not in kinds(port=None)


def test_pods_run_the_verified_image():
    spec = record(a_workload).one("Deployment").inputs["spec"]["template"]["spec"]

    assert spec["containers"][0]["image"] == f"registry.example.com/slipway/api@{DIGEST}"


def test_pods_come_after_everything_that_they_mount_or_that_guards_them():
    def program() -> None:
        where = an_environment(quota=given.QUOTA)
        secrets = SecretFiles("secrets", {"token": given.secret(generated={})}, where, {})
        spec = given.workload(secrets=["token"], configFiles={"folder": "/etc/app", "files": {"a.yaml": "a: 1"}})
        Workload("api", spec, where, an_image(), secrets)

    recording = record(program)

    before = {urn.split("$")[-1].split("::")[0] for urn in recording.one("Deployment").dependencies}
    assert {name.rsplit(":", 1)[-1] for name in before} >= {
        "Namespace",
        "ResourceQuota",
        "LimitRange",
        "NetworkPolicy",
        "ServiceAccount",
        "ConfigMap",
        "Secret",
    }


def test_the_engine_waits_as_long_as_a_rollout_may_take():
    found = given.workload(replicas=3)

    assert record(lambda: a_workload(replicas=3)).one("Deployment").create_timeout == f"{found.times.rollout}s"


def test_a_workload_tells_its_address_and_image():
    outputs = record(a_workload).one("Workload").outputs

    assert outputs == {
        "address": "http://api.demo.svc.cluster.local:8000",
        "image": f"registry.example.com/slipway/api@{DIGEST}",
    }
