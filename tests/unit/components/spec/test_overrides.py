"""Environment variables that override a configuration."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.spec.overrides import apply_overrides, fold
from tests.unit.components.given import written


def overridden(values: dict[str, Any], **environ: str) -> dict[str, Any]:
    result = apply_overrides(values, environ)
    assert result.problems == []
    return result.values


@pytest.mark.parametrize("name", ["pythonApi", "python-api", "PYTHON_API", "python_api"])
def test_names_are_compared_without_case_dashes_and_humps(name: str):
    assert fold(name) == "python_api"


def test_a_variable_replaces_a_value():
    values = written(workloads={"python-api": {"replicas": 1}})

    changed = overridden(values, SLIPWAY__WORKLOADS__PYTHON_API__REPLICAS="3")

    assert changed["workloads"]["python-api"]["replicas"] == 3


def test_a_variable_adds_a_known_key_that_is_not_written_under_its_own_name():
    changed = overridden(written(), SLIPWAY__WORKLOADS__API__PROBES__STARTUP_SECONDS="90")

    assert changed["workloads"]["api"]["probes"] == {"startupSeconds": 90}


def test_a_variable_adds_an_environment_variable_as_it_is_spelt():
    changed = overridden(written(), SLIPWAY__WORKLOADS__API__ENV__LOG_LEVEL="debug")

    assert changed["workloads"]["api"]["env"] == {"LOG_LEVEL": "debug"}


def test_a_variable_reaches_into_a_list():
    values = written(workloads={"api": {"extraPorts": [{"name": "metrics", "port": 9090}]}})

    changed = overridden(values, SLIPWAY__WORKLOADS__API__EXTRA_PORTS__0__PORT="9091")

    assert changed["workloads"]["api"]["extraPorts"] == [{"name": "metrics", "port": 9091}]


def test_a_value_is_yaml():
    changed = overridden(written(), SLIPWAY__WORKLOADS__API__AUTOSCALING="{min: 2, max: 4}")

    assert changed["workloads"]["api"]["autoscaling"] == {"min": 2, "max": 4}


def test_a_parent_is_set_before_its_children():
    changed = overridden(
        written(),
        SLIPWAY__WORKLOADS__API__AUTOSCALING__MAX="9",
        SLIPWAY__WORKLOADS__API__AUTOSCALING="{min: 2, max: 4}",
    )

    assert changed["workloads"]["api"]["autoscaling"] == {"min": 2, "max": 9}


def test_the_configuration_given_is_left_as_it_was():
    values = written()
    before = copy.deepcopy(values)

    apply_overrides(values, {"SLIPWAY__WORKLOADS__API__REPLICAS": "3"})

    assert values == before


def test_other_variables_are_left_alone():
    assert apply_overrides(written(), {"SLIPWAY_HOME": "/x", "PATH": "/bin"}).variables == {}


@pytest.mark.parametrize(
    ("variable", "mend"),
    [
        ("SLIPWAY__WORKLOADS__AIP__REPLICAS", "did you mean `API`?"),
        ("SLIPWAY__WORKLOADS__API__REPLCAS", "did you mean `REPLICAS`?"),
        ("SLIPWAY__WORKLOAD__API__REPLICAS", "did you mean `WORKLOADS`?"),
        ("SLIPWAY__WORKLOADS__API__REPLICAS__MAX", "correct the variable's name, or unset it"),
        ("SLIPWAY__", "correct the variable's name, or unset it"),
        ("SLIPWAY__WORKLOADS__API__EXTRA_PORTS__0__PORT", "correct the variable's name, or unset it"),
    ],
)
def test_a_variable_that_names_nothing_is_refused_with_a_suggestion(variable: str, mend: str):
    (problem,) = apply_overrides(written(), {variable: "3"}).problems

    assert (problem.place, problem.mend) == (variable, mend)


def test_a_variable_that_is_no_yaml_is_refused_without_showing_it():
    (problem,) = apply_overrides(written(), {"SLIPWAY__ENVIRONMENT__OWNER": "{canary"}).problems

    assert problem.path == "slipway:environment.owner"
    assert "canary" not in str(problem)


def test_two_variables_for_one_value_are_refused():
    environ = {"SLIPWAY__ENVIRONMENT__OWNER": "a", "slipway__environment__owner": "b"}

    (problem,) = apply_overrides(written(), environ).problems

    assert problem.mend == "unset one of them"


@given(st.text(alphabet="ABCXYZ_09-", max_size=40), st.text(max_size=20))
def test_no_variable_makes_it_fail(name: str, text: str):
    result = apply_overrides(written(), {f"SLIPWAY__{name}": text})

    assert result.problems or result.variables


@given(st.integers(min_value=1, max_value=1000))
def test_what_is_set_is_what_stands_there(replicas: int):
    changed = overridden(written(), SLIPWAY__WORKLOADS__API__REPLICAS=str(replicas))

    assert changed["workloads"]["api"]["replicas"] == replicas
