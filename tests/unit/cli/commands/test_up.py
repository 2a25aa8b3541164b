"""`slipway up`: nothing starts on bad input; then tools, services, stack, engine, in this order."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from cli import terminal
from tests.unit.cli.conftest import Desk


def break_port(content: dict[str, Any]) -> None:
    content["config"]["slipway:workloads"]["python-api"]["port"] = 70_000


def record_promotion(desk: Desk, stack: str, source: str) -> None:
    file = desk.checkout / "promotions" / f"{stack}.yaml"
    file.parent.mkdir()
    images = ("alertmanager", "prometheus", "python-api")
    file.write_text(yaml.safe_dump({source: dict.fromkeys(images, f"sha256:{'a' * 64}")}))


def initialise(desk: Desk, stack: str) -> None:
    file = desk.checkout / ".state" / ".pulumi" / "stacks" / "slipway" / f"{stack}.json"
    file.parent.mkdir(parents=True)
    file.write_text('{"checkpoint": {}}')


def test_a_mistake_in_the_stack_file_starts_nothing(desk: Desk) -> None:
    desk.change("dev", break_port)
    said = desk.slipway("up")
    assert said.exit_code == 2
    assert "Pulumi.dev.yaml" in said.stderr
    assert "slipway:workloads.python-api.port" in said.stderr
    assert (desk.started, desk.calls()) == ([], [])
    assert not (desk.checkout / ".state").exists()


def test_a_stack_without_a_file_is_named_with_those_that_exist(desk: Desk) -> None:
    said = desk.slipway("up", "--stack", "qa")
    assert said.exit_code == 2
    assert "dev, prod, staging" in said.stderr


def test_dev_is_made_and_brought_up_without_a_question(desk: Desk) -> None:
    said = desk.slipway("up")
    assert said.exit_code == 0, said.output
    assert desk.commands() == ["stack init", "up"]
    assert "--yes" in desk.calls()[-1]["arguments"]


def test_the_pack_and_its_configuration_are_named_once(desk: Desk) -> None:
    desk.slipway("up")
    call = desk.calls()[-1]
    arguments = call["arguments"]
    assert arguments[arguments.index("--policy-pack") + 1].endswith("policies/packs/production")
    assert arguments[arguments.index("--policy-pack-config") + 1].endswith("policies/config/dev.json")
    assert call["options"] == []


def test_another_stacks_policy_configuration_is_not_inherited(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PULUMI_OPTION_POLICY_PACK_CONFIG", "/elsewhere/dev.json")
    (desk.checkout / "policies" / "config" / "dev.json").unlink()
    desk.slipway("up")
    assert "--policy-pack-config" not in desk.calls()[-1]["arguments"]


def test_a_stack_that_exists_is_not_made_again(desk: Desk) -> None:
    initialise(desk, "dev")
    desk.slipway("up")
    assert desk.commands() == ["up"]


def test_tools_and_services_come_before_the_engine(desk: Desk) -> None:
    desk.slipway("up")
    assert desk.started[0] == "pulumi"
    assert "docker-build" in desk.started
    assert desk.started[-1] == "services"


def test_prod_is_not_made_by_the_way(desk: Desk) -> None:
    record_promotion(desk, "prod", "staging")
    said = desk.slipway("up", "--stack", "prod")
    assert said.exit_code == 2
    assert "slipway stack init prod" in said.stderr
    assert "up" not in desk.commands()


def test_prod_is_previewed_before_it_is_changed(desk: Desk) -> None:
    record_promotion(desk, "prod", "staging")
    initialise(desk, "prod")
    assert desk.slipway("up", "-s", "prod").exit_code == 0
    assert "--skip-preview" not in desk.calls()[-1]["arguments"]


def test_a_promotion_that_nobody_recorded_starts_nothing(desk: Desk) -> None:
    said = desk.slipway("up", "-s", "prod")
    assert said.exit_code == 2
    assert "promotions/prod.yaml" in said.stderr
    assert (desk.started, desk.calls()) == ([], [])


def test_the_engines_failure_is_the_commands(desk: Desk) -> None:
    desk.answer("up", "error: write /x: no space left on device", 255)
    said = desk.slipway("up")
    assert said.exit_code == 1
    assert "The disk is full" in said.stderr


def test_the_stack_may_come_from_the_environment(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STACK", "qa")
    assert "Pulumi.qa.yaml" in desk.slipway("up").stderr


@pytest.mark.parametrize(("answer", "code"), [("n\n", 130), ("y\n", 0)])
def test_a_person_is_asked_before_prod_changes(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, answer: str, code: int
) -> None:
    record_promotion(desk, "prod", "staging")
    initialise(desk, "prod")
    monkeypatch.setattr(terminal, "interactive", lambda: True)
    assert desk.slipway("up", "-s", "prod", text=answer).exit_code == code
    assert ("up" in desk.commands()) == (code == 0)


@pytest.mark.parametrize("arguments", [("up", "-s", "prod", "--yes"), ("up", "-s", "dev")])
def test_who_said_yes_and_who_runs_dev_is_not_asked(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    record_promotion(desk, "prod", "staging")
    initialise(desk, "prod")
    monkeypatch.setattr(terminal, "interactive", lambda: True)
    assert desk.slipway(*arguments).exit_code == 0


def test_the_command_works_from_a_folder_below(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    below = desk.checkout / "images" / "a"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    assert desk.slipway("up").exit_code == 0
    assert Path(desk.calls()[-1]["folder"]) == desk.checkout


def test_destroy_of_a_stack_that_never_was_is_nothing(desk: Desk) -> None:
    said = desk.slipway("destroy")
    assert said.exit_code == 0
    assert "nothing to remove" in said.output
    assert desk.calls() == []


def test_destroy_names_no_policy_pack(desk: Desk) -> None:
    initialise(desk, "dev")
    assert desk.slipway("destroy").exit_code == 0
    assert "--policy-pack" not in desk.calls()[-1]["arguments"]


def test_destroying_prod_takes_its_name(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    initialise(desk, "prod")
    monkeypatch.setattr(terminal, "interactive", lambda: True)
    assert desk.slipway("destroy", "-s", "prod", text="yes\n").exit_code == 130
    assert desk.slipway("destroy", "-s", "prod", text="prod\n").exit_code == 0
