"""Builds: what is built, where it is pushed, what is remembered."""

from pathlib import Path
from typing import Any

import pulumi
import pytest

from components.container_image import ContainerImage
from components.spec.image import BuildImage
from tests.unit.components.declared import a_registry
from tests.unit.components.recorder import DIGEST, UNKNOWN, Recording, is_secret, opened, record

REPOSITORY = "registry.example.com/slipway/api"


def built(
    *,
    preview: bool = False,
    made: dict[str, Any] | None = None,
    secrets: dict[str, Any] | None = None,
    registry: dict[str, Any] | None = None,
    pins: dict[str, str] | None = None,
    **fields: Any,
) -> Recording:
    spec = BuildImage.model_validate({"folder": "images/api", **fields})
    return record(
        lambda: ContainerImage("api", spec, a_registry(pins=pins, **(registry or {})), "dev", secrets),
        preview=preview,
        made=made,
    )


def test_a_reference_is_the_repository_and_the_digest():
    outputs = built().one("ContainerImage").outputs

    assert outputs == {"reference": f"{REPOSITORY}@{DIGEST}", "digest": DIGEST}


@pytest.mark.parametrize("made", [{}, {"Image": {"digest": ""}}])
def test_the_digest_of_a_build_that_is_still_to_come_is_unknown(made: dict[str, Any]):
    outputs = built(preview=True, made=made).one("ContainerImage").outputs

    assert outputs == {"reference": UNKNOWN, "digest": UNKNOWN}


def test_an_unchanged_digest_is_known_in_a_preview():
    outputs = built(preview=True, made={"Image": {"digest": DIGEST}}).one("ContainerImage").outputs

    assert outputs
    assert outputs["digest"] == DIGEST


def test_a_build_without_a_digest_fails_with_what_to_do():
    with pytest.raises(Exception, match="without a digest"):
        built(made={"Image": {"digest": ""}})


def test_a_preview_builds_nothing():
    assert built().one("Image").inputs["buildOnPreview"] is False


def test_an_image_is_pushed_under_its_tag_by_the_named_builder():
    inputs = built(registry={"builder": {"name": "ci"}}).one("Image").inputs

    assert inputs["exports"] == [{"raw": "type=image,push=true,rewrite-timestamp=true"}]
    assert inputs["tags"] == [f"{REPOSITORY}:dev"]
    assert inputs["builder"] == {"name": "ci"}


def test_what_to_build_is_passed_on():
    inputs = built(target="runtime", args={"PYTHON_VERSION": "3.11"}, dockerfile="Dockerfile.gpu").one("Image").inputs

    assert inputs["context"] == {"location": "images/api"}
    assert inputs["dockerfile"] == {"location": "images/api/Dockerfile.gpu"}
    assert inputs["target"] == "runtime"
    assert inputs["buildArgs"] == {"SOURCE_DATE_EPOCH": "0", "PYTHON_VERSION": "3.11"}


def test_further_folders_and_logins_are_passed_on_by_name():
    spec: dict[str, Any] = {
        "contexts": {"shared": "libraries/shared"},
        "ssh": {"default": {}, "other": {"keys": ["/keys/other"]}},
    }

    inputs = built(**spec).one("Image").inputs

    assert inputs["context"] == {"location": "images/api", "named": {"shared": {"location": "libraries/shared"}}}
    assert inputs["ssh"] == [{"id": "default"}, {"id": "other", "paths": ["/keys/other"]}]


def test_a_base_that_is_locked_is_taken_by_its_digest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "images" / "api").mkdir(parents=True)
    (tmp_path / "images" / "api" / "Dockerfile").write_text("FROM docker.io/library/python:3.11\n")
    pins = {f"docker.io/library/{name}": f"docker.io/library/{name}@{DIGEST}" for name in ("python:3.11", "rust:1")}

    inputs = built(contexts={"shared": "libraries/shared"}, pins=pins).one("Image").inputs

    named = {name: each["location"] for name, each in inputs["context"]["named"].items()}
    taken = {"docker.io/library/python:3.11": f"docker-image://docker.io/library/python:3.11@{DIGEST}"}
    assert named == {"shared": "libraries/shared", **taken}


def test_a_project_may_date_its_image_itself():
    inputs = built(args={"SOURCE_DATE_EPOCH": "1700000000"}).one("Image").inputs

    assert inputs["buildArgs"] == {"SOURCE_DATE_EPOCH": "1700000000"}


def test_the_cache_has_a_repository_of_its_own_and_fails_no_build():
    inputs = built().one("Image").inputs

    (written,) = inputs["cacheTo"]
    assert inputs["cacheFrom"] == [{"registry": {"ref": f"{REPOSITORY}/cache:main"}}]
    assert written["registry"]["ref"] == f"{REPOSITORY}/cache:main"
    assert (written["registry"]["mode"], written["registry"]["ignoreError"]) == ("max", True)
    assert written["registry"]["imageManifest"] is True


def test_a_cache_that_is_off_is_neither_read_nor_written():
    inputs = built(registry={"cache": {"enabled": False}}).one("Image").inputs

    assert not {"cacheFrom", "cacheTo"} & set(inputs)


def test_labels_hold_nothing_that_changes_when_the_content_does_not():
    assert built().one("Image").inputs["labels"] == {"org.opencontainers.image.title": "api"}


def test_build_secrets_are_secrets_and_a_new_one_is_no_reason_to_build():
    inputs = built(secrets={"pip-token": "canary"}).one("Image").inputs

    assert is_secret(inputs["secrets"]) or is_secret(inputs["secrets"]["pip-token"])
    assert opened(inputs["secrets"]) == {"pip-token": "canary"}
    assert inputs["ignoreSecretsInDiffCalculation"] == ["pip-token"]


def test_the_machines_certificates_are_a_build_secret():
    inputs = built(registry={"ca_bundle": "certificates"}).one("Image").inputs

    assert opened(inputs["secrets"]) == {"ca-bundle": "certificates"}


@pytest.mark.parametrize("retained", [True, False])
def test_an_image_outlives_its_stack_where_that_is_wanted(retained: bool):
    assert built(registry={"retainImages": retained}).one("Image").retain_on_delete is retained


def test_credentials_are_the_registrys():
    registry = {"credentials": {"username": "ci", "password": "registry"}, "password": "canary"}

    inputs = built(registry=registry).one("Image").inputs

    assert opened(inputs["registries"]) == [{"address": "registry.example.com", "username": "ci", "password": "canary"}]


def test_one_platform_is_one_image():
    recording = built(platforms=["linux/arm64"])

    assert recording.one("Image").inputs["platforms"] == ["linux/arm64"]
    assert recording.of_type("Index") == []


def test_several_platforms_are_an_image_each_with_a_cache_of_its_own_under_one_index():
    recording = built(platforms=["linux/amd64", "linux/arm64"])

    images = recording.of_type("Image")
    assert [each.inputs["tags"] for each in images] == [[f"{REPOSITORY}:dev-amd64"], [f"{REPOSITORY}:dev-arm64"]]
    assert len({each.inputs["cacheFrom"][0]["registry"]["ref"] for each in images}) == 2
    assert recording.one("Index").inputs["sources"] == [f"{REPOSITORY}@{DIGEST}"] * 2


def test_the_digest_of_several_platforms_is_the_indexs():
    index = f"sha256:{'b' * 64}"
    made = {"Image": {"digest": DIGEST}, "Index": {"ref": f"{REPOSITORY}:dev@{index}"}}

    outputs = built(platforms=["linux/amd64", "linux/arm64"], made=made).one("ContainerImage").outputs

    assert outputs == {"reference": f"{REPOSITORY}@{index}", "digest": index}


def test_the_index_of_a_first_preview_is_unknown():
    outputs = built(platforms=["linux/amd64", "linux/arm64"], preview=True).one("ContainerImage").outputs

    assert outputs == {"reference": UNKNOWN, "digest": UNKNOWN}


def test_a_registry_without_tls_gets_its_index_from_one_build():
    recording = built(
        platforms=["linux/amd64", "linux/arm64"], registry={"address": "127.0.0.1:5001", "insecure": True}
    )

    image = recording.one("Image")
    assert image.inputs["platforms"] == ["linux/amd64", "linux/arm64"]
    assert image.inputs["tags"] == ["127.0.0.1:5001/slipway/api:dev"]
    assert recording.of_type("Index") == []


def test_what_should_not_enter_a_build_is_warned_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "images" / "api" / ".git").mkdir(parents=True)
    (tmp_path / "images" / "api" / ".git" / "HEAD").touch()
    monkeypatch.chdir(tmp_path)
    said: list[str] = []

    def warn(text: str, *_: object) -> None:
        said.append(text)

    monkeypatch.setattr(pulumi.log, "warn", warn)

    built()

    assert said == [
        "images/api: .git would be given to the build: the whole history, with what was removed from it. "
        "`slipway dockerignore images/api` helps."
    ]
