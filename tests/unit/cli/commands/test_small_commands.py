"""The small commands: env, config, validate, schema, check-manifests, clean."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from tests.unit.cli.conftest import Desk


def test_env_prints_what_a_shell_evaluates(desk: Desk) -> None:
    said = desk.slipway("env")
    shown = subprocess.run(["sh", "-c", f'{said.stdout}\nprintf %s "$PULUMI_HOME"'], capture_output=True, text=True)
    assert shown.stdout == str(desk.home / "pulumi")


def test_env_brings_what_plain_pulumi_takes_for_granted(desk: Desk) -> None:
    desk.slipway("env")
    assert {"pulumi", "kubernetes", "services"} <= set(desk.started)
    assert "stack init" in desk.commands()


def test_env_makes_no_stack_that_needs_a_secrets_provider_of_its_own(desk: Desk) -> None:
    desk.slipway("env", "--stack", "prod")
    assert "stack init" not in desk.commands()


def test_env_helps_to_mend_a_stack_file_with_mistakes(desk: Desk) -> None:
    desk.change("dev", lambda content: content["config"].update({"slipway:secrets": {"key": {"fromConfig": {}}}}))
    said = desk.slipway("env")
    assert said.exit_code == 0
    assert "Pulumi.dev.yaml" in said.stderr
    assert "PULUMI_HOME" in said.stdout
    assert desk.commands() == ["stack init"]
    assert "services" not in desk.started


def test_env_for_fish_sets_the_path_as_a_list(desk: Desk) -> None:
    said = desk.slipway("env", "--shell", "fish")
    assert f"set -gx PATH '{desk.home}/bin' " in said.stdout


def test_config_shows_value_and_origin(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLIPWAY__WORKLOADS__PYTHON_API__REPLICAS", "3")
    shown = {entry["path"]: entry for entry in json.loads(desk.slipway("config", "show", "--json").stdout)}
    replicas = shown["slipway:workloads.python-api.replicas"]
    assert (replicas["value"], replicas["origin"]) == (3, "SLIPWAY__WORKLOADS__PYTHON_API__REPLICAS")
    assert shown["slipway:environment.tier"]["origin"].startswith("Pulumi.dev.yaml:")
    assert shown["slipway:environment.podSecurity"]["origin"] == "default of dev"


def test_config_for_a_person_has_a_line_per_setting(desk: Desk) -> None:
    said = desk.slipway("config", "show")
    assert any('"dev"  (Pulumi.dev.yaml:' in line for line in said.stdout.splitlines())


def test_the_projects_own_stack_files_are_valid(desk: Desk) -> None:
    said = desk.slipway("validate")
    assert said.exit_code == 0
    assert said.stdout.splitlines() == ["Pulumi.dev.yaml: ok", "Pulumi.prod.yaml: ok", "Pulumi.staging.yaml: ok"]


def test_validate_tells_the_mistakes_of_all_files_at_once(desk: Desk) -> None:
    def misspell(content: dict[str, Any]) -> None:
        content["config"]["slipway:workload"] = content["config"].pop("slipway:workloads")

    desk.change("dev", misspell)
    desk.change("prod", misspell)
    said = desk.slipway("validate")
    assert said.exit_code == 2
    assert "Pulumi.dev.yaml" in said.stderr
    assert "Pulumi.prod.yaml" in said.stderr
    assert desk.started == []


def test_validate_of_one_stack_looks_at_no_other(desk: Desk) -> None:
    desk.change("dev", lambda content: content["config"].clear())
    assert desk.slipway("validate", "-s", "prod").exit_code == 0


def test_the_schema_is_json_and_goes_to_a_file_when_asked(desk: Desk) -> None:
    printed = json.loads(desk.slipway("schema").stdout)
    desk.slipway("schema", "--out", "schema.json")
    assert json.loads((desk.checkout / "schema.json").read_text()) == printed
    assert "slipway:workloads" in printed["properties"]["config"]["properties"]


def write_state(checkout: Path, resources: list[dict[str, str]]) -> None:
    file = checkout / ".state" / ".pulumi" / "stacks" / "slipway" / "dev.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps({"checkpoint": {"latest": {"resources": resources}}}))


def test_clean_is_refused_while_a_stack_has_resources(desk: Desk) -> None:
    write_state(desk.checkout, [{"urn": "a"}])
    said = desk.slipway("clean")
    assert said.exit_code == 1
    assert "slipway destroy -s dev" in said.stderr
    assert (desk.checkout / ".state").exists()


def test_clean_removes_what_was_made_and_nothing_else(desk: Desk) -> None:
    write_state(desk.checkout, [])
    kept = {path.name for path in desk.checkout.iterdir()} - {".state"}
    (desk.checkout / ".rendered" / "dev").mkdir(parents=True)
    (desk.checkout / "policies" / "__pycache__").mkdir()
    assert desk.slipway("clean").exit_code == 0
    assert {path.name for path in desk.checkout.iterdir()} == kept
    assert not (desk.checkout / "policies" / "__pycache__").exists()


def test_clean_does_not_follow_a_link_out_of_the_checkout(desk: Desk) -> None:
    outside = desk.home / "kept"
    outside.mkdir()
    (desk.checkout / ".venv").symlink_to(outside)
    assert desk.slipway("clean").exit_code == 0
    assert outside.is_dir()


def test_clean_with_force_forgets_a_stack(desk: Desk) -> None:
    write_state(desk.checkout, [{"urn": "a"}])
    assert desk.slipway("clean", "--force").exit_code == 0
    assert not (desk.checkout / ".state").exists()


def test_the_schema_takes_the_projects_stack_files_and_refuses_an_unknown_key(desk: Desk) -> None:
    validator = jsonschema.Draft202012Validator(json.loads(desk.slipway("schema").stdout))
    for file in sorted(desk.checkout.glob("Pulumi.*.yaml")):
        content = yaml.safe_load(file.read_text())
        assert list(validator.iter_errors(content)) == []
        content["config"]["slipway:workloads"]["python-api"]["prot"] = 8000
        assert list(validator.iter_errors(content))
