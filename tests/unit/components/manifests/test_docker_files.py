"""What brings a workload its secrets and files on a Docker host."""

from typing import Any

import pytest

from components.manifests.docker_files import docker_files, kept_files
from components.manifests.docker_object import DockerObject
from components.manifests.docker_volume import config_volume, data_volumes, secrets_volume, store_volume
from components.spec.target import DockerTarget
from tests.unit.components.given import environment, workload

CONFIG = {"folder": "/etc/app", "files": {"app.yaml": "workers: 2\n"}}
TARGET = DockerTarget.model_validate({"kind": "docker"})


def files(**fields: Any) -> DockerObject | None:
    return docker_files(environment(), "api", workload(**fields), "sha256:2b", TARGET)


def test_nothing_is_brought_where_nothing_is_asked_for():
    assert files() is None


def test_secrets_and_plain_files_are_kept_in_the_folders_of_their_volumes():
    kept = kept_files(workload(secrets=["token"], configFiles=CONFIG), {"token": "canary", "other": "not its own"})

    assert kept == {"/store": {"token": "canary"}, "/config": {"app.yaml": "workers: 2\n"}}
    made = files(secrets=["token"], configFiles=CONFIG)
    assert made is not None
    assert {"/store", "/config"} <= {mount["target"] for mount in made["mounts"]}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("user", "10001:10001"),
        ("capabilities", {"drops": ["ALL"]}),
        ("networkMode", "none"),
        ("memory", 32),
        ("readOnly", True),
    ],
)
def test_it_is_as_confined_as_the_workload(field: str, value: object):
    made = files(secrets=["token"])

    assert made is not None
    assert made[field] == value


def test_secrets_are_in_memory_that_their_user_alone_reads():
    made = secrets_volume(environment(), "api", workload(secrets=["token"], user=12000, group=13000))

    assert made is not None
    assert made["driverOpts"]["type"] == "tmpfs"
    assert made["driverOpts"]["o"] == "size=1m,mode=0700,noexec,nosuid,nodev,uid=12000,gid=13000"


def test_a_secret_that_is_no_longer_named_is_no_longer_kept():
    both = store_volume(environment(), "api", workload(secrets=["token", "other"]))
    one = store_volume(environment(), "api", workload(secrets=["token"]))

    assert both is not None
    assert one is not None
    assert both["name"] != one["name"]


def test_other_files_are_another_volume():
    one = config_volume(environment(), "api", workload(configFiles=CONFIG))
    two = config_volume(environment(), "api", workload(configFiles={**CONFIG, "files": {"app.yaml": "workers: 3\n"}}))

    assert one is not None
    assert two is not None
    assert one["name"] != two["name"]


def test_no_version_is_on_a_volume_that_cannot_be_made_anew():
    volumes = [{"name": "data", "path": "/data", "size": "1Gi"}]
    one, two = (
        data_volumes(environment(), "api", workload(replicas=1, volumes=volumes, version=version))
        for version in ("1", "2")
    )

    assert one == two
