"""The pod of a workload that keeps something."""

from typing import Any

import pytest

from components.manifests.stateful_set import stateful_set
from components.spec.profiles import OwnProfiles
from tests.unit.components.given import environment, workload

DATA = {"name": "data", "path": "/data", "size": "1Gi"}


def spec(**fields: Any) -> dict[str, Any]:
    what = workload(replicas=1, volumes=[DATA], **fields)
    return stateful_set(environment(), "store", what, "image", {})["spec"]


def test_each_volume_is_a_claim_of_its_size():
    (claim,) = spec()["volumeClaimTemplates"]

    assert claim["spec"]["resources"] == {"requests": {"storage": "1Gi"}}
    assert claim["spec"]["accessModes"] == ["ReadWriteOnce"]


def test_a_claim_names_a_storage_class_only_if_one_is_wanted():
    wanted = workload(replicas=1, volumes=[DATA | {"storageClass": "fast"}])
    (claim,) = stateful_set(environment(), "store", wanted, "image", {})["spec"]["volumeClaimTemplates"]

    assert claim["spec"]["storageClassName"] == "fast"
    assert "storageClassName" not in spec()["volumeClaimTemplates"][0]["spec"]


def test_the_container_finds_its_volume_writable_where_it_was_asked_for():
    (container,) = spec()["template"]["spec"]["containers"]

    assert {"name": "volume-data", "mountPath": "/data"} in container["volumeMounts"]


def test_the_pod_itself_names_no_source_for_it():
    assert "volume-data" not in {each["name"] for each in spec()["template"]["spec"]["volumes"]}


def test_what_is_kept_outlives_the_workload():
    assert spec()["persistentVolumeClaimRetentionPolicy"] == {"whenDeleted": "Retain", "whenScaled": "Retain"}


def test_a_version_changes_nothing_that_cannot_change():
    assert spec(version="1")["volumeClaimTemplates"] == spec(version="2")["volumeClaimTemplates"]


@pytest.mark.parametrize("probe", ["startupProbe", "livenessProbe", "readinessProbe"])
def test_a_command_is_asked_in_place_of_http(probe: str):
    (container,) = spec(probes={"command": ["check"]})["template"]["spec"]["containers"]

    assert container[probe]["exec"] == {"command": ["check"]}
    assert "httpGet" not in container[probe]


@pytest.mark.parametrize(
    ("field", "kind", "begins", "around"),
    [
        ("seccompProfile", "seccomp", "slipway/store-", {"type": "RuntimeDefault"}),
        ("appArmorProfile", "apparmor", "slipway-store-", None),
    ],
)
def test_a_profile_of_its_own_is_the_containers_and_its_name_follows_its_content(
    field: str, kind: str, begins: str, around: object
):
    what = workload(replicas=1, volumes=[DATA])

    def profiles(text: str) -> tuple[Any, Any]:
        made = stateful_set(environment(), "store", what, "image", {}, profiles=OwnProfiles(**{kind: text}))
        pod = made["spec"]["template"]["spec"]
        return pod["securityContext"].get(field), pod["containers"][0]["securityContext"][field]

    (pods, one), (_, two) = profiles("one"), profiles("two")
    assert pods == around
    assert (one["type"], one["localhostProfile"][: len(begins)]) == ("Localhost", begins)
    assert one["localhostProfile"] != two["localhostProfile"]
