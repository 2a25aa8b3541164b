"""What depends on a tier: the documents' figures in staging and prod, a laptop's in dev."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.spec import defaults, tiers
from components.spec.workload import Workload
from tests.unit.components.given import BUILD, written


def workload(tier: str, **fields: Any) -> dict[str, Any]:
    values = written(
        environment={"tier": tier, "namespace": "demo", "owner": "platform"},
        workloads={"api": {"image": BUILD, **fields}},
    )
    return tiers.complete(values)["workloads"]["api"]


@pytest.mark.parametrize("tier", ["staging", "prod"])
@pytest.mark.parametrize(
    ("profile", "requests", "limits"),
    [
        ("api", {"cpu": "500m", "memory": "512Mi"}, {"cpu": "2", "memory": "2Gi"}),
        ("vector", {"cpu": "1", "memory": "2Gi"}, {"cpu": "2", "memory": "4Gi"}),
        ("model", {"cpu": "2", "memory": "8Gi"}, {"cpu": "4", "memory": "16Gi", "ephemeralStorage": "20Gi"}),
    ],
)
def test_the_documents_figures_are_the_default_where_it_matters(
    tier: str, profile: str, requests: dict[str, str], limits: dict[str, str]
):
    given = workload(tier, profile=profile)["resources"]
    assert given["requests"].items() >= requests.items()
    assert given["limits"].items() >= limits.items()


@pytest.mark.parametrize("profile", ["api", "vector", "model"])
def test_dev_asks_for_less_than_prod(profile: str):
    dev = Workload.model_validate(workload("dev", profile=profile))
    prod = Workload.model_validate(workload("prod", profile=profile))

    assert dev.resources != prod.resources
    assert dev.replicas < prod.replicas


@pytest.mark.parametrize("tier", ["dev", "staging", "prod"])
@pytest.mark.parametrize("profile", ["api", "vector", "model"])
def test_every_default_is_well_formed(tier: str, profile: str):
    Workload.model_validate(workload(tier, profile=profile))


def test_a_model_in_prod_has_eight_gibibytes_of_shared_memory():
    assert workload("prod", profile="model")["shmSize"] == "8Gi"


def test_what_is_written_stays():
    written_fields = {"replicas": 5, "shmSize": "64Mi", "resources": {"limits": {"cpu": "3"}}}

    completed = workload("prod", profile="model", **written_fields)

    assert (completed["replicas"], completed["shmSize"]) == (5, "64Mi")
    assert completed["resources"]["limits"] == {"cpu": "3", "memory": "16Gi", "ephemeralStorage": "20Gi"}


def test_an_autoscaled_workload_gets_no_replicas():
    assert "replicas" not in workload("prod", autoscaling={"min": 2, "max": 4})


def test_a_limit_below_the_default_request_pulls_the_request_down():
    assert workload("prod", resources={"limits": {"memory": "256Mi"}})["resources"]["requests"]["memory"] == "256Mi"


def test_a_request_above_the_default_limit_pulls_the_limit_up():
    assert workload("prod", resources={"requests": {"memory": "3Gi"}})["resources"]["limits"]["memory"] == "3Gi"


@given(
    st.sampled_from(["dev", "staging", "prod"]),
    st.sampled_from(["requests", "limits"]),
    st.integers(min_value=4, max_value=100_000),
)
def test_one_written_side_never_contradicts_the_other_sides_default(tier: str, side: str, mebibytes: int):
    Workload.model_validate(workload(tier, resources={side: {"memory": f"{mebibytes}Mi"}}))


@pytest.mark.parametrize(
    "values", [{}, {"environment": 3}, {"workloads": []}, {"workloads": {"api": 3}}, {"registry": 1}]
)
def test_what_is_malformed_is_left_for_the_validator(values: dict[str, Any]):
    assert {key: tiers.complete(values)[key] for key in values} == values


@pytest.mark.parametrize(("tier", "kept"), [("dev", False), ("staging", True), ("prod", True)])
def test_images_outlive_the_stack_where_others_may_run_them(tier: str, kept: bool):
    values = written(environment={"tier": tier, "namespace": "demo", "owner": "platform"})

    assert tiers.complete(values)["registry"]["retainImages"] is kept


def test_the_grace_period_of_the_defaults_is_the_one_of_kubernetes():
    assert defaults.PRE_STOP + defaults.DRAIN + defaults.STOP_MARGIN == 30
