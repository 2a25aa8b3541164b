"""A workload's pods: their number, their replacement, their hardening."""

from typing import Any

import pytest

from components.manifests.deployment import deployment
from tests.unit.components.given import environment, workload

IMAGE = object()
"""A leaf that nobody may look into."""


def made(**fields: Any) -> dict[str, Any]:
    found = workload(**fields)
    return deployment(environment(), "api", found, IMAGE, {name: f"{name}-object" for name in found.secrets})


def pod(**fields: Any) -> dict[str, Any]:
    return made(**fields)["spec"]["template"]["spec"]


def container(**fields: Any) -> dict[str, Any]:
    return pod(**fields)["containers"][0]


def test_the_image_is_passed_through_untouched():
    assert container()["image"] is IMAGE


def test_the_number_of_pods_is_stated_without_autoscaling():
    assert made(replicas=3)["spec"]["replicas"] == 3


def test_the_number_of_pods_is_the_autoscalers_with_it():
    assert "replicas" not in made(autoscaling={"min": 2, "max": 4})["spec"]


def test_the_selector_holds_nothing_that_can_change():
    selector = made(version="1.2.3")["spec"]["selector"]["matchLabels"]

    assert selector == {"app.kubernetes.io/name": "api", "app.kubernetes.io/instance": "api"}


def test_the_version_is_a_label_of_the_pods():
    labels = made(version="1.2.3")["spec"]["template"]["metadata"]["labels"]

    assert labels["app.kubernetes.io/version"] == "1.2.3"


def test_the_selector_matches_the_pods():
    spec = made()["spec"]

    assert spec["selector"]["matchLabels"].items() <= spec["template"]["metadata"]["labels"].items()


def test_a_pod_runs_as_a_user_without_rights():
    assert pod()["securityContext"] == {
        "runAsNonRoot": True,
        "runAsUser": 10001,
        "runAsGroup": 10001,
        "fsGroup": 10001,
        "fsGroupChangePolicy": "OnRootMismatch",
        "seccompProfile": {"type": "RuntimeDefault"},
    }


def test_a_container_can_gain_no_rights_and_write_nothing_of_its_image():
    assert container()["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "capabilities": {"drop": ["ALL"]},
        "privileged": False,
        "readOnlyRootFilesystem": True,
        "runAsNonRoot": True,
        "runAsUser": 10001,
        "runAsGroup": 10001,
    }


def test_a_pod_holds_no_token_and_no_service_variables():
    found = pod()

    assert found["automountServiceAccountToken"] is False
    assert found["enableServiceLinks"] is False


def test_a_pod_may_write_100_mebibytes_under_tmp():
    found = pod()

    assert {"name": "tmp", "emptyDir": {"sizeLimit": "100Mi"}} in found["volumes"]
    assert {"name": "tmp", "mountPath": "/tmp"} in found["containers"][0]["volumeMounts"]


def test_every_mount_has_its_volume_and_every_volume_its_mount():
    found = pod(
        shmSize="64Mi",
        secrets=["token"],
        configFiles={"folder": "/etc/app", "files": {"app.yaml": "a: 1"}},
    )

    mounted = [mount["name"] for mount in found["containers"][0]["volumeMounts"]]
    assert mounted == [volume["name"] for volume in found["volumes"]] == ["tmp", "shm", "config", "secrets"]


def test_secrets_are_files_that_only_the_containers_user_reads():
    found = pod(secrets=["db-password"])

    assert found["volumes"][1] == {
        "name": "secrets",
        "projected": {
            "defaultMode": 0o400,
            "sources": [{"secret": {"name": "db-password-object", "items": [{"key": "value", "path": "db-password"}]}}],
        },
    }
    assert {"name": "secrets", "mountPath": "/run/secrets", "readOnly": True} in found["containers"][0]["volumeMounts"]


def test_the_environment_holds_the_path_of_a_secret_and_never_its_value():
    assert container(secrets=["db-password"], env={"A": "1"})["env"] == [
        {"name": "A", "value": "1"},
        {"name": "DB_PASSWORD_FILE", "value": "/run/secrets/db-password"},
    ]


def test_shared_memory_is_memory_of_a_stated_size():
    volume = pod(shmSize="64Mi")["volumes"][1]

    assert volume == {"name": "shm", "emptyDir": {"medium": "Memory", "sizeLimit": "64Mi"}}


def test_one_pod_is_not_spread():
    assert "topologySpreadConstraints" not in pod(replicas=1)


@pytest.mark.parametrize("fields", [{"replicas": 2}, {"autoscaling": {"min": 1, "max": 2}}])
def test_two_pods_are_spread_over_zones_and_nodes(fields: dict[str, Any]):
    constraints = pod(**fields)["topologySpreadConstraints"]

    assert [each["topologyKey"] for each in constraints] == [
        "topology.kubernetes.io/zone",
        "kubernetes.io/hostname",
    ]


def test_a_pod_is_given_time_to_stop_answering_and_to_finish():
    found = pod(shutdown={"preStopSeconds": 7, "drainSeconds": 40})

    assert found["terminationGracePeriodSeconds"] == 52
    assert found["containers"][0]["lifecycle"] == {"preStop": {"sleep": {"seconds": 7}}}


def test_no_pause_is_made_where_none_is_wanted():
    assert "lifecycle" not in container(shutdown={"preStopSeconds": 0})


def test_the_probes_ask_what_the_documents_say():
    found = container()

    assert found["livenessProbe"] == {
        "httpGet": {"path": "/health", "port": "http"},
        "periodSeconds": 10,
        "timeoutSeconds": 5,
        "failureThreshold": 3,
    }
    assert found["readinessProbe"]["httpGet"]["path"] == "/ready"
    assert found["readinessProbe"]["periodSeconds"] == 5


@pytest.mark.parametrize(("seconds", "failures"), [(40, 40), (1, 1)])
def test_a_start_may_take_as_long_as_it_was_given(seconds: int, failures: int):
    assert container(probes={"startupSeconds": seconds})["startupProbe"]["failureThreshold"] == failures


def test_a_workload_without_a_port_has_neither_ports_nor_probes():
    found = container(port=None)

    assert not {"ports", "livenessProbe", "readinessProbe", "startupProbe"} & set(found)


def test_ports_are_named():
    found = container(port=8080, extraPorts=[{"name": "metrics", "port": 9090}])

    assert [(port["name"], port["containerPort"]) for port in found["ports"]] == [("http", 8080), ("metrics", 9090)]


def test_command_and_arguments_replace_the_images():
    found = container(command=["python"], args=["-m", "app"])

    assert (found["command"], found["args"]) == (["python"], ["-m", "app"])


def test_gpus_are_requests_and_limits_alike():
    found = container(gpu={"whole": {"count": 2}}, shmSize="64Mi")["resources"]

    assert found["requests"]["nvidia.com/gpu"] == found["limits"]["nvidia.com/gpu"] == "2"


def test_a_pod_with_gpus_goes_to_nodes_that_have_the_product():
    found = pod(gpu={"whole": {"count": 1, "product": "NVIDIA-A100-SXM4-80GB"}})

    assert found["tolerations"] == [{"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"}]
    terms = found["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"]
    assert terms == [
        {"matchExpressions": [{"key": "nvidia.com/gpu.product", "operator": "In", "values": ["NVIDIA-A100-SXM4-80GB"]}]}
    ]


def test_a_pod_without_gpus_tolerates_and_wants_nothing_of_them():
    assert not {"tolerations", "affinity"} & set(pod())


def test_a_rollout_with_gpus_needs_none_to_spare():
    assert made(gpu={"whole": {"count": 1}})["spec"]["strategy"]["rollingUpdate"] == {
        "maxSurge": 0,
        "maxUnavailable": 1,
    }


def test_a_rollout_without_gpus_never_has_fewer_pods():
    assert made()["spec"]["strategy"]["rollingUpdate"] == {"maxSurge": 1, "maxUnavailable": 0}
