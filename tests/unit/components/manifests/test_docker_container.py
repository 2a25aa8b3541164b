"""The container of a workload on a Docker host is as confined as its pods."""

from typing import Any

import pytest

from components.manifests.docker_container import docker_container
from components.manifests.docker_network import Attachment
from components.manifests.docker_object import DockerObject
from components.spec.target import DockerTarget
from tests.unit.components.given import environment, workload

DATA = {"name": "data", "path": "/data", "size": "1Gi"}


def container(*networks: Attachment, target: dict[str, Any] | None = None, **fields: Any) -> DockerObject:
    docker = DockerTarget.model_validate({"kind": "docker", **(target or {})})
    return docker_container(environment(), "api", workload(**fields), "sha256:1a", networks, docker)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "demo.api"),
        ("image", "sha256:1a"),
        ("user", "10001:10001"),
        ("readOnly", True),
        ("privileged", False),
        ("capabilities", {"drops": ["ALL"]}),
        ("securityOpts", ["no-new-privileges:true"]),
        ("tmpfs", {"/tmp": "rw,noexec,nosuid,nodev,size=100m"}),
        ("networkMode", "none"),
        ("cpus", "2"),
        ("cpuShares", 512),
        ("memory", 2048),
        ("memorySwap", 2048),
        ("memoryReservation", 512),
        ("restart", "unless-stopped"),
        ("logDriver", "json-file"),
        ("logOpts", {"max-size": "100m", "max-file": "5"}),
        ("stopTimeout", 30),
    ],
)
def test_what_nobody_asked_for_is_confined(field: str, value: object):
    assert container()[field] == value


def test_without_a_command_the_images_own_check_is_asked_as_often_as_the_readiness_probe():
    assert container()["healthcheck"] == {"interval": "5s", "timeout": "5s", "startPeriod": "40s", "retries": 3}


def test_a_probes_command_is_asked():
    assert container(probes={"command": ["check", "-q"]})["healthcheck"]["tests"] == ["CMD", "check", "-q"]


def test_who_depends_on_it_waits_until_it_is_healthy():
    assert container()["wait"] is True


def test_nobody_waits_for_what_cannot_tell():
    assert "wait" not in container(port=None)
    assert "healthcheck" not in container(port=None)


def test_a_port_is_published_on_the_loopback_address():
    assert container(publish=[{"port": 8000, "hostPort": 8080}])["ports"] == [
        {"internal": 8000, "external": 8080, "ip": "127.0.0.1", "protocol": "tcp"}
    ]


def test_a_port_reaches_the_hosts_networks_only_if_that_is_said():
    (port,) = container(publish=[{"port": 8000, "address": "all"}])["ports"]

    assert (port["external"], port["ip"]) == (8000, "0.0.0.0")


def test_nothing_is_published_that_is_not_named():
    assert "ports" not in container()


def test_a_volume_is_the_workloads_own_and_writable():
    assert container(replicas=1, volumes=[DATA])["mounts"] == [
        {
            "type": "volume",
            "source": "demo.api.volume.data",
            "target": "/data",
            "readOnly": False,
            "volumeOptions": {"noCopy": False},
        }
    ]


def test_secrets_are_read_from_memory():
    made = container(secrets=["token"])

    assert made["mounts"] == [
        {
            "type": "volume",
            "source": "demo.api.secrets",
            "target": "/run/secrets",
            "readOnly": True,
            "volumeOptions": {"noCopy": True},
        }
    ]
    assert made["envs"] == ["TOKEN_FILE=/run/secrets/token"]


def test_a_seccomp_profile_of_its_own_is_given_whole():
    target = DockerTarget.model_validate({"kind": "docker"})
    what = workload(seccompProfile="profiles/api.json")

    made = docker_container(environment(), "api", what, "sha256:1a", [], target, seccomp="{}")

    assert made["securityOpts"] == ["no-new-privileges:true", "seccomp={}"]


def test_profiles_of_the_host_are_named_where_the_target_does():
    made = container(target={"apparmor": "docker-default", "selinuxType": "container_t"})

    assert made["securityOpts"] == ["no-new-privileges:true", "apparmor=docker-default", "label=type:container_t"]


def test_output_goes_to_fluentd_where_the_target_says_so():
    made = container(target={"logging": {"driver": "fluentd", "address": "localhost:24224"}})

    assert made["logDriver"] == "fluentd"
    assert made["logOpts"]["fluentd-address"] == "localhost:24224"
    assert made["logOpts"]["tag"] == "docker.demo.api"


def test_whole_gpus_are_asked_of_the_driver():
    assert container(gpu={"whole": {"count": 2}}, shmSize="64Mi")["deviceRequests"] == [
        {"driver": "nvidia", "count": 2, "capabilities": ["gpu", "compute", "utility"]}
    ]


def test_a_failing_container_is_tried_again_a_few_times_if_that_is_said():
    made = container(restart="on-failure")

    assert (made["restart"], made["maxRetryCount"]) == ("on-failure", 5)


def test_it_joins_its_networks_under_its_names():
    made = container(Attachment("api", ("api", "api.demo")), Attachment("store"))

    assert made["networksAdvanced"] == [{"name": "demo.api", "aliases": ["api", "api.demo"]}, {"name": "demo.store"}]
    assert "networkMode" not in made


def test_live_reload_mounts_the_source_read_only_and_starts_what_watches_it():
    reload = {"folder": "images/api/src", "at": "/app", "command": ["watch"]}
    target = DockerTarget.model_validate({"kind": "docker"})

    made = docker_container(
        environment(), "api", workload(liveReload=reload), "sha256:1a", [], target, source="/project/images/api/src"
    )

    assert made["entrypoints"] == ["watch"]
    assert made["mounts"] == [{"type": "bind", "source": "/project/images/api/src", "target": "/app", "readOnly": True}]


def test_memory_is_never_more_than_was_written():
    disk = {"ephemeralStorage": "1Gi"}
    resources = {
        "requests": {"cpu": "1", "memory": "10000000", **disk},
        "limits": {"cpu": "1500m", "memory": "1G", **disk},
    }
    made = container(resources=resources)

    assert (made["memory"], made["memoryReservation"], made["cpus"]) == (953, 9, "1.5")
