"""From plain objects to typed resources."""

from typing import Any

import pulumi
import pytest

from components.apply import apply, resource_class
from tests.unit.components.recorder import Declared, record


def applied(manifest: dict[str, Any], **options: Any) -> Declared:
    def program() -> None:
        apply("object", manifest, pulumi.ComponentResource("slipway:index:Test", "parent"), **options)

    return next(each for each in record(program).resources if each.name == "object")


def config_map(**fields: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}, **fields}


@pytest.mark.parametrize(
    ("api_version", "kind", "token"),
    [
        ("v1", "Namespace", "kubernetes:core/v1:Namespace"),
        ("apps/v1", "Deployment", "kubernetes:apps/v1:Deployment"),
        ("autoscaling/v2", "HorizontalPodAutoscaler", "kubernetes:autoscaling/v2:HorizontalPodAutoscaler"),
        ("networking.k8s.io/v1", "NetworkPolicy", "kubernetes:networking.k8s.io/v1:NetworkPolicy"),
        ("policy/v1", "PodDisruptionBudget", "kubernetes:policy/v1:PodDisruptionBudget"),
    ],
)
def test_an_object_becomes_the_resource_of_its_kind(api_version: str, kind: str, token: str):
    assert applied({"apiVersion": api_version, "kind": kind, "metadata": {"name": "x"}, "spec": {}}).type == token


def test_an_unknown_group_is_told_with_where_to_add_it():
    with pytest.raises(LookupError, match=r"components/apply\.py"):
        resource_class("example.com/v1", "Thing")


def test_fields_reach_the_engine_as_they_were_written():
    found = applied(config_map(binaryData={"someKey": "AA=="}, data={"snake_case": "x", "camelCase": "y"}))

    assert found.inputs["binaryData"] == {"someKey": "AA=="}
    assert found.inputs["data"] == {"snake_case": "x", "camelCase": "y"}


def test_an_object_with_a_fixed_name_is_deleted_before_it_is_replaced():
    assert applied(config_map()).delete_before_replace


def test_an_immutable_object_is_replaced_before_it_is_deleted():
    assert not applied(config_map(immutable=True)).delete_before_replace


def test_any_change_of_a_job_is_a_new_run():
    job = {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "j"}, "spec": {"backoffLimit": 1}}

    assert applied(job).replace_on_changes == ["spec"]
    assert applied(config_map()).replace_on_changes == []


def test_a_claim_outlives_its_description():
    claim = {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "metadata": {"name": "c"}, "spec": {}}

    assert applied(claim).retain_on_delete
    assert not applied(config_map()).retain_on_delete


def test_an_object_belongs_to_its_parent():
    assert applied(config_map()).parent.endswith("slipway:index:Test::parent")


def test_a_timeout_is_the_engines():
    assert applied(config_map(), timeout_seconds=190).create_timeout == "190s"
