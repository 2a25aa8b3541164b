"""Every Compose file that slipway writes satisfies the Compose specification's own schema."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, cast

import jsonschema
import pytest
import yaml
from hypothesis import given, settings

from tests.support.compose import composed_of, stack_values
from tests.support.workbench import Workbench
from toolchain import gobuild
from toolchain.home import Home
from toolchain.pins import ModuleFile
from toolchain.progress import Progress

SCHEMA = ModuleFile("engine", "github.com/compose-spec/compose-go/v2", "schema/compose-spec.json")
"""The schema as the Compose implementation ships it, in the version that the engine's own modules pin."""

Schema = Mapping[str, Any]


@pytest.fixture(scope="module")
def schema(tmp_path_factory: pytest.TempPathFactory) -> Schema:
    file = tmp_path_factory.mktemp("compose") / "compose-spec.json"
    gobuild.copy(SCHEMA, file, Home.from_environment(), Progress())
    return cast(Schema, json.loads(file.read_text(encoding="utf-8")))


def faults(document: Any, schema: Schema) -> Iterator[str]:
    """What the schema has against a document, each with its place."""
    for error in jsonschema.Draft7Validator(schema).iter_errors(document):  # pyright: ignore[reportUnknownMemberType]  # untyped
        yield f"{error.json_path}: {error.message}"


@settings(max_examples=40, deadline=None)
@given(values=stack_values())
def test_any_stack_gives_a_valid_file(values: dict[str, Any], schema: Schema) -> None:
    assert list(faults(composed_of(values), schema)) == []


def test_the_command_writes_a_valid_file_of_the_dev_stack(workbench: Workbench, schema: Schema) -> None:
    written = workbench.slipway("compose", "--stack", "dev")
    assert written.code == 0, written.text
    assert list(faults(yaml.safe_load(written.out), schema)) == []


def test_the_check_finds_a_planted_unknown_field_and_a_planted_wrong_type(workbench: Workbench, schema: Schema) -> None:
    document = yaml.safe_load(workbench.slipway("compose", "--stack", "dev").out)
    document["services"]["python-api"] |= {"replicaz": 2, "read_only": [True]}
    found = "\n".join(faults(document, schema))
    assert "replicaz" in found
    assert "read_only" in found
