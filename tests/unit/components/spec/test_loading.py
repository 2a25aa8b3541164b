"""Loading settings: overrides and defaults in their order, and where each value came from."""

from typing import Any

import pytest
import yaml

from components.spec.document import Document, read_text
from components.spec.loading import Loaded, load
from components.spec.problem import SpecError
from components.spec.refusal import Path
from tests.unit.components.given import written

NAME = "Pulumi.demo.yaml"


def document(**fields: Any) -> Document:
    values = {f"slipway:{key}": value for key, value in written(**fields).items()}
    return read_text(NAME, yaml.safe_dump({"config": values}, sort_keys=False))


def loaded(environ: dict[str, str] | None = None, **fields: Any) -> Loaded:
    return load(document(**fields), environ or {})


def refused_paths(environ: dict[str, str] | None = None, **fields: Any) -> list[tuple[str, str]]:
    with pytest.raises(SpecError) as caught:
        loaded(environ, **fields)
    return [(problem.place, problem.path) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("path", "origin"),
    [
        (("environment", "tier"), "Pulumi.demo.yaml:3"),
        (("workloads", "api", "replicas"), "SLIPWAY__WORKLOADS__API__REPLICAS"),
        (("workloads", "api", "tmpSize"), "default of dev"),
        (("workloads", "api", "resources", "limits", "memory"), "default of dev"),
        (("registry", "retainImages"), "default of dev"),
    ],
)
def test_every_value_says_where_it_came_from(path: Path, origin: str):
    found = loaded({"SLIPWAY__WORKLOADS__API__REPLICAS": "3"})

    assert str(found.origins[path]) == origin


def test_every_leaf_has_an_origin():
    found = loaded()

    assert {path[0] for path in found.origins} == {
        "environment",
        "target",
        "registry",
        "workloads",
        "secrets",
        "bases",
        "fleet",
        "prices",
        "monitoring",
        "backup",
        "supplyChain",
        "addons",
        "snapshots",
    }


def test_a_problem_with_an_override_names_the_variable_not_the_file():
    variable = "SLIPWAY__WORKLOADS__API__PORT"

    assert refused_paths({variable: "99999"}) == [(variable, "slipway:workloads.api.port")]


def test_problems_of_well_formed_parts_are_told_beside_those_of_malformed_ones():
    found = refused_paths(
        environment={"tier": "dev", "namespace": "Demo", "owner": "platform"},
        workloads={"api": {"image": {"build": {"folder": "images/python-api"}}, "secrets": ["token"]}},
    )

    assert found == [(NAME, "slipway:environment.namespace"), (NAME, "slipway:workloads.api.secrets[0]")]


def test_names_of_malformed_parts_still_count_as_declared():
    found = refused_paths(
        workloads={"api": {"image": {"build": {"folder": "images/python-api"}}, "secrets": ["token"]}},
        secrets={"token": {"generated": {"length": 3}}},
    )

    assert found == [(NAME, "slipway:secrets.token.generated.length")]


def test_the_python_spelling_of_a_key_is_refused_in_a_file():
    found = refused_paths(workloads={"api": {"image": {"build": {"folder": "images/python-api"}}, "tmp_size": "64Mi"}})

    assert found == [(NAME, "slipway:workloads.api.tmp_size")]


def test_values_without_a_known_line_are_told_by_their_path():
    with pytest.raises(SpecError) as caught:
        load(Document(NAME, written(environment={}), {}), {})

    assert {problem.line for problem in caught.value.problems} == {None}


def test_an_encrypted_secret_is_known_without_being_read():
    text = yaml.safe_dump(
        {
            "config": {
                **{f"slipway:{key}": value for key, value in written().items()},
                "slipway:secrets": {"token": {"fromConfig": {"key": "token"}}},
                "slipway:token": {"secure": "v1:abc"},
            }
        }
    )

    assert load(read_text(NAME, text), {}).settings.secrets["token"].from_config
