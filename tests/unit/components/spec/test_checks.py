"""What parts of the settings must agree on."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from components.spec.settings import Settings
from tests.unit.components.given import BUILD, settings, written
from toolchain.cluster.addresses import NODE_NAME

RESOURCES = {
    "requests": {"cpu": "1", "memory": "1Gi", "ephemeralStorage": "1Gi"},
    "limits": {"cpu": "2", "memory": "2Gi", "ephemeralStorage": "1Gi"},
}


def with_quota(quota: dict[str, Any], **workloads: dict[str, Any]) -> dict[str, Any]:
    return written(
        environment={"tier": "prod", "namespace": "demo", "owner": "platform", "quota": quota},
        workloads={name: {"image": BUILD, "resources": RESOURCES, **fields} for name, fields in workloads.items()},
    )


def quota_for(pods: int, **fields: Any) -> dict[str, Any]:
    return {
        "requests": {"cpu": str(pods), "memory": f"{pods}Gi"},
        "limits": {"cpu": str(2 * pods), "memory": f"{2 * pods}Gi"},
        "pods": pods,
        **fields,
    }


def refused_paths(values: dict[str, Any]) -> list[tuple[str | int, ...]]:
    with pytest.raises(ValidationError) as caught:
        Settings.model_validate(values)
    return [refusal.at for error in caught.value.errors() for refusal in error.get("ctx", {})["refusals"]]


@given(st.integers(min_value=1, max_value=20), st.integers(min_value=1, max_value=20))
def test_a_quota_of_exactly_the_peak_is_enough(first: int, second: int):
    peak = first + 1 + second + 1

    settings(**with_quota(quota_for(peak), a={"replicas": first}, b={"replicas": second}))


@given(st.integers(min_value=1, max_value=20))
def test_a_quota_one_pod_below_the_peak_is_refused_in_every_measure(replicas: int):
    paths = refused_paths(with_quota(quota_for(replicas), a={"replicas": replicas}))

    assert [path[2:] for path in paths] == [
        ("requests", "cpu"),
        ("requests", "memory"),
        ("limits", "cpu"),
        ("limits", "memory"),
        ("pods",),
    ]


def test_gpus_count_against_the_quota():
    values = with_quota(quota_for(10, gpus=3), a={"replicas": 2, "gpu": {"whole": {"count": 2}}, "shmSize": "64Mi"})

    assert refused_paths(values) == [("environment", "quota", "gpus")]


def test_autoscaling_counts_with_its_most_pods():
    values = with_quota(quota_for(4), a={"autoscaling": {"min": 1, "max": 4}})

    assert ("environment", "quota", "pods") in refused_paths(values)


def test_a_stored_secret_may_be_used_by_a_build():
    build = {"build": {"folder": "images/python-api", "secrets": {"pip-token": {"secret": "pip"}}}}

    settings(workloads={"api": {"image": build}}, secrets={"pip": {"fromConfig": {"key": "pip"}}})


def test_a_generated_secret_may_not_be_used_by_a_build():
    build = {"build": {"folder": "images/python-api", "secrets": {"pip-token": {"secret": "pip"}}}}
    values = written(workloads={"api": {"image": build}}, secrets={"pip": {"generated": {}}})

    assert refused_paths(values) == [("workloads", "api", "image", "build", "secrets", "pip-token", "secret")]


def test_a_peer_must_be_a_workload_of_the_environment():
    values = written(workloads={"api": {"image": BUILD, "network": {"allowTo": [{"workload": "db"}]}}})

    assert refused_paths(values) == [("workloads", "api", "network", "allowTo", 0, "workload")]


@pytest.mark.parametrize("tier", ["staging", "prod"])
def test_the_cluster_of_this_machine_takes_images_from_the_registry_of_this_machine(tier: str):
    values = with_quota(quota_for(10), a={})
    values["environment"]["tier"] = tier
    values["registry"] = {"address": "127.0.0.1:5001", "insecure": True}

    settings(**values | {"target": {"kind": "kubernetes", "context": NODE_NAME}})

    elsewhere = values | {"target": {"kind": "kubernetes", "context": "staging"}}
    assert refused_paths(elsewhere) == [("registry", "insecure")]


def test_a_signer_that_nothing_would_hold_an_add_on_to_is_refused():
    identity = {"issuer": "https://ci.example.com", "identity": "https://ci.example.com/deliver"}
    reference = f"registry.example.com/mirror@sha256:{'0' * 64}"
    image = {"external": {"reference": reference, "reason": "mirrored by us", "signedBy": identity}}
    values = written(addons={"until": "2026-12-31", "profiles": {"image": image}})
    assert ("addons", "profiles", "image", "external", "signedBy") in refused_paths(values)
