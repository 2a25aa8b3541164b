"""Caches of builds: one of each platform and branch, read before that of the fallback; the kinds' own words."""

from typing import Any

import pytest

from components.container_image import ContainerImage
from components.spec.image import BuildImage
from tests.unit.components.declared import a_registry
from tests.unit.components.recorder import record

REPOSITORY = "registry.example.com/slipway/api"


def inputs(cache: dict[str, Any], *platforms: str) -> dict[str, Any]:
    spec = BuildImage.model_validate({"folder": "images/api", "platforms": list(platforms)})
    recording = record(lambda: ContainerImage("api", spec, a_registry(cache=cache), "dev"))
    return recording.of_type("Image")[0].inputs


def test_a_branch_reads_its_own_cache_before_mains_and_writes_its_own():
    made = inputs({"branch": "topic"})

    assert [each["registry"]["ref"] for each in made["cacheFrom"]] == [
        f"{REPOSITORY}/cache:topic",
        f"{REPOSITORY}/cache:main",
    ]
    assert [each["registry"]["ref"] for each in made["cacheTo"]] == [f"{REPOSITORY}/cache:topic"]


def test_a_branchs_name_becomes_one_that_tags_allow():
    assert inputs({"branch": "feature/login"})["cacheTo"][0]["registry"]["ref"] == (
        f"{REPOSITORY}/cache:feature-login-df7c7aeb"
    )


def test_each_platform_has_a_cache_of_its_own():
    made = inputs({"branch": "topic"}, "linux/arm64")

    assert [each["registry"]["ref"].rpartition(":")[2] for each in made["cacheFrom"]] == ["topic-arm64", "main-arm64"]


def test_an_inline_cache_is_in_the_image():
    made = inputs({"kind": "inline"})

    assert made["cacheFrom"] == [{"registry": {"ref": f"{REPOSITORY}:dev"}}]
    assert made["cacheTo"] == [{"inline": {}}]


@pytest.mark.parametrize(
    ("cache", "read", "written"),
    [
        ({"kind": "gha"}, {"gha": {"scope": "slipway-api-main"}}, {"scope": "slipway-api-main"}),
        (
            {"kind": "local", "folder": "/var/cache/builds"},
            {"local": {"src": "/var/cache/builds/slipway-api-main"}},
            {"dest": "/var/cache/builds/slipway-api-main"},
        ),
    ],
    ids=["gha", "local"],
)
def test_other_kinds_are_read_and_written_under_the_same_names(
    cache: dict[str, Any], read: dict[str, Any], written: dict[str, Any]
):
    made = inputs(cache)

    assert made["cacheFrom"] == [read]
    assert made["cacheTo"][0][cache["kind"]].items() >= {**written, "mode": "max", "ignoreError": True}.items()


def test_a_bucket_is_named_without_the_keys_of_this_machine(monkeypatch: pytest.MonkeyPatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(name, "canary")

    made = inputs({"kind": "s3", "s3": {"bucket": "builds", "region": "eu-central-1"}})

    where = "type=s3,bucket=builds,region=eu-central-1,name=slipway-api-main"
    assert made["cacheFrom"] == [{"raw": where}]
    assert made["cacheTo"] == [{"raw": f"{where},mode=max,ignore-error=true"}]
