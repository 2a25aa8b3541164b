"""What follows from a workload's description: pods at the peak, times that fit each other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.spec.workload import Workload, secret_variable
from tests.unit.components.given import workload


def test_the_peak_is_full_load_and_a_rollout_together():
    assert workload(autoscaling={"min": 2, "max": 6}).peak_pods == 7


def test_pods_with_gpus_are_replaced_without_a_spare_gpu():
    found = workload(gpu={"whole": {"count": 1}}, replicas=2)

    assert (found.strategy.max_surge, found.strategy.max_unavailable) == (0, 1)
    assert found.peak_pods == 2


def test_a_stated_rollout_is_kept_even_with_gpus():
    found = workload(gpu={"whole": {"count": 1}}, rollout={"maxSurge": 1, "maxUnavailable": 0})

    assert found.strategy.max_surge == 1


@pytest.mark.parametrize(("profile", "seconds"), [("api", 40), ("vector", 60), ("model", 600)])
def test_a_profile_decides_how_long_a_start_may_take(profile: str, seconds: int):
    assert workload(profile=profile).times.startup == seconds


@given(
    replicas=st.integers(min_value=1, max_value=50),
    startup=st.integers(min_value=1, max_value=3600),
    pre_stop=st.integers(min_value=0, max_value=600),
    drain=st.integers(min_value=1, max_value=600),
    surge=st.integers(min_value=0, max_value=5),
)
def test_each_time_fits_into_the_next(replicas: int, startup: int, pre_stop: int, drain: int, surge: int):
    found = workload(
        replicas=replicas,
        probes={"startupSeconds": startup},
        shutdown={"preStopSeconds": pre_stop, "drainSeconds": drain},
        rollout={"maxSurge": surge, "maxUnavailable": 1},
    )

    assert found.times.startup < found.times.progress < found.times.rollout
    assert found.times.grace > pre_stop + drain


def test_a_large_image_is_given_its_time():
    usual, large = workload(), workload(pullSeconds=900)

    assert large.times.progress - usual.times.progress == 900 - 120


@pytest.mark.parametrize(("name", "variable"), [("token", "TOKEN_FILE"), ("db-password", "DB_PASSWORD_FILE")])
def test_a_secrets_path_is_in_a_variable_of_its_name(name: str, variable: str):
    assert secret_variable(name) == variable


def test_a_workload_cannot_be_changed():
    found = workload()

    with pytest.raises(ValueError, match="frozen"):
        found.replicas = 3  # pyright: ignore[reportAttributeAccessIssue]  # that is the point


def test_python_programs_may_write_fields_in_their_own_style():
    assert Workload.model_validate({"image": workload().image.model_dump(), "tmp_size": "64Mi"}).tmp_size == "64Mi"
