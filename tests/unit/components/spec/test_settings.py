"""The schema that editors use agrees with the validator."""

from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from components.spec.loading import load_file
from components.spec.settings import settings_schema
from tests.unit.components.given import BUILD, settings

PROJECT = Path(__file__).parents[4]
STACKS = ["dev", "staging", "prod"]


def schema_errors(document: Any) -> list[str]:
    return [error.json_path for error in jsonschema.Draft202012Validator(settings_schema()).iter_errors(document)]


@pytest.mark.parametrize("stack", STACKS)
def test_every_committed_stack_loads(stack: str):
    settings = load_file(PROJECT / f"Pulumi.{stack}.yaml", {}).settings

    assert settings.environment.tier == stack


@pytest.mark.parametrize("stack", STACKS)
def test_every_committed_stack_satisfies_the_schema(stack: str):
    document = yaml.safe_load((PROJECT / f"Pulumi.{stack}.yaml").read_text(encoding="utf-8"))

    assert schema_errors(document) == []


def test_the_schema_refuses_an_unknown_key_and_a_wrong_type():
    document = yaml.safe_load((PROJECT / "Pulumi.dev.yaml").read_text(encoding="utf-8"))
    document["config"]["slipway:workloads"]["python-api"]["replcas"] = 3
    document["config"]["slipway:environment"]["tier"] = "production"

    assert len(schema_errors(document)) == 2


def test_a_secret_that_no_workload_names_stays_out_of_the_namespace():
    found = settings(
        workloads={"api": {"image": BUILD, "secrets": ["token"]}},
        secrets={"token": {"generated": {}}, "pip": {"fromConfig": {"key": "pip"}}},
    )

    assert list(found.mounted_secrets) == ["token"]


def test_every_field_is_described():
    undescribed = [
        f"{name}.{key}"
        for name, definition in settings_schema()["$defs"].items()
        for key, node in definition.get("properties", {}).items()
        if not node.get("description")
    ]

    assert undescribed == []
