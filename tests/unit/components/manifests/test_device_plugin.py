"""NVIDIA's device plugin is configured as the fleet describes its pools, and is given what that needs."""

import json
from typing import Any, cast

import pytest

from components.manifests.device_plugin import config_map, device_plugin, mps_daemon, plugin_config
from components.manifests.manifest import Manifest
from components.spec.addons import Addons
from components.spec.fleet import Pool
from tests.unit.components.given import environment

POOL: dict[str, Any] = {"nodes": 1, "cpu": "8", "memory": "32Gi", "labels": {"example.com/pool": "l4"}}
IMAGE = {"external": {"reference": f"nvcr.io/nvidia/k8s-device-plugin@sha256:{'0' * 64}", "reason": "NVIDIA made it"}}
SLICES = {"profile": "1g.10gb", "each": 7}
BY_TURNS = {"by": "time-slicing", "each": 4}
BY_MPS = {"by": "mps", "each": 3, "renamed": False}


def pool(**gpus: Any) -> Pool:
    return Pool.model_validate({**POOL, "gpus": {"count": 2, "product": "NVIDIA-A100-SXM4-80GB", **gpus}})


def addons(**plugin: Any) -> Addons:
    return Addons.model_validate(
        {"until": "2027-01-31", "kubeletFolder": "/data/kubelet", "devicePlugin": {"image": IMAGE, **plugin}}
    )


def made(what: Pool, **plugin: Any) -> Manifest:
    spec = addons(**plugin)
    assert spec.device_plugin
    return device_plugin(environment(), spec, spec.device_plugin, "l4", what, "image")


def pod(manifest: Manifest | None) -> dict[str, Any]:
    assert manifest
    return cast("dict[str, Any]", manifest["spec"]["template"]["spec"])


def waived(manifest: Manifest) -> set[str]:
    return {name.removeprefix("waive.slipway.dev/") for name in manifest["metadata"]["annotations"]}


def flags(strategy: str) -> dict[str, Any]:
    return {"migStrategy": strategy, "failOnInitError": True}


def shared(replicas: int, *, renamed: bool) -> dict[str, Any]:
    resources = [{"name": "nvidia.com/gpu", "replicas": replicas}]
    return {"renameByDefault": renamed, "failRequestsGreaterThanOne": True, "resources": resources}


@pytest.mark.parametrize(
    ("gpus", "expected"),
    [
        ({}, {"flags": flags("none")}),
        ({"slices": SLICES}, {"flags": flags("mixed")}),
        ({"slices": {**SLICES, "strategy": "single"}}, {"flags": flags("single")}),
        ({"shares": BY_TURNS}, {"flags": flags("none"), "sharing": {"timeSlicing": shared(4, renamed=True)}}),
        ({"shares": BY_MPS}, {"flags": flags("none"), "sharing": {"mps": shared(3, renamed=False)}}),
    ],
    ids=["whole", "mixed slices", "single slices", "time-slicing", "MPS"],
)
def test_the_configuration_says_what_the_fleet_says(gpus: dict[str, Any], expected: dict[str, Any]):
    found = pool(**gpus)
    assert found.gpus
    assert plugin_config(found.gpus) == {"version": "v1", **expected}


def test_another_configuration_is_another_object_and_new_pods():
    one, two = pool(), pool(shares=BY_TURNS)

    names = [config_map(environment(), "l4", each)["metadata"]["name"] for each in (one, two)]
    assert [volume["configMap"]["name"] for each in (one, two) for volume in pod(made(each))["volumes"][:1]] == names
    assert len(set(names)) == 2
    assert json.loads(config_map(environment(), "l4", one)["data"]["config.yaml"])["version"] == "v1"


def test_it_runs_on_the_nodes_of_its_pool_with_the_kubelets_sockets_and_nothing_else_of_them():
    found = pod(made(pool(), runtimeClass="nvidia"))

    assert found["nodeSelector"] == {"example.com/pool": "l4"}
    assert found["runtimeClassName"] == "nvidia"
    assert [volume["hostPath"]["path"] for volume in found["volumes"] if "hostPath" in volume] == [
        "/data/kubelet/device-plugins"
    ]
    (container,) = found["containers"]
    security = container["securityContext"]
    assert (security["privileged"], security["allowPrivilegeEscalation"]) == (False, False)
    assert security["capabilities"] == {"drop": ["ALL"]}
    assert security["readOnlyRootFilesystem"] is True


def test_only_slices_need_a_capability():
    found = made(pool(slices=SLICES))

    (container,) = pod(found)["containers"]
    assert container["securityContext"]["capabilities"]["add"] == ["SYS_ADMIN"]
    assert waived(found) - waived(made(pool())) == {"capabilities-baseline", "capabilities-restricted"}


def test_only_mps_has_a_privileged_daemon():
    what, spec = pool(shares=BY_MPS), addons()
    assert spec.device_plugin
    daemon = mps_daemon(environment(), spec, spec.device_plugin, "l4", what, "image")

    assert [each["securityContext"]["privileged"] for each in pod(daemon)["containers"]] == [True]
    assert mps_daemon(environment(), spec, spec.device_plugin, "l4", pool(shares=BY_TURNS), "image") is None
    assert {"mps", "mps-memory"} <= {volume["name"] for volume in pod(made(what))["volumes"]}


def test_what_the_gpus_are_is_written_for_feature_discovery_where_that_runs():
    assert [each["name"] for each in pod(made(pool(), featureDiscovery=True))["containers"]] == [
        "device-plugin",
        "feature-discovery",
    ]


def test_an_exception_names_who_answers_for_it_and_ends():
    for text in made(pool())["metadata"]["annotations"].values():
        said = json.loads(text)
        assert (said["owner"], said["expires"]) == ("platform", "2027-01-31")
        assert said["reason"]
