"""A workload's plain files."""

from components.manifests.config_map import config_map
from components.manifests.deployment import deployment
from components.manifests.manifest import Manifest
from tests.unit.components.given import environment, workload


def made(text: str) -> Manifest:
    files = {"folder": "/etc/app", "files": {"app.yaml": text}}
    found = config_map(environment(), "api", workload(configFiles=files))
    assert found
    return found


def test_no_files_no_object():
    assert config_map(environment(), "api", workload()) is None


def test_files_are_keys_of_an_object_that_never_changes():
    found = made("a: 1")

    assert found["data"] == {"app.yaml": "a: 1"}
    assert found["immutable"] is True


def test_other_content_has_another_name():
    assert made("a: 1")["metadata"]["name"] != made("a: 2")["metadata"]["name"]


def test_pods_mount_the_object_of_their_content():
    found = workload(configFiles={"folder": "/etc/app", "files": {"app.yaml": "a: 1"}})

    volumes = deployment(environment(), "api", found, "image", {})["spec"]["template"]["spec"]["volumes"]

    assert {"name": "config", "configMap": {"name": made("a: 1")["metadata"]["name"]}} in volumes
