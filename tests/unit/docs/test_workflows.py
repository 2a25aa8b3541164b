"""The workflows keep to what they promise: pinned actions, least rights, and no command of their own."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, cast

import click
import pytest
import yaml

from cli.main import main
from components.spec import base_lock

ROOT = Path(__file__).resolve().parents[3]

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))

PINNED = re.compile(r"^[\w.-]+/[\w./-]+@[0-9a-f]{40}$")


def read(workflow: Path) -> dict[str, Any]:
    return yaml.safe_load(workflow.read_text(encoding="utf-8"))


def steps(workflow: Path) -> list[dict[str, Any]]:
    return [step for job in read(workflow)["jobs"].values() for step in job["steps"]]


def per_workflow(workflow: Path) -> str:
    return workflow.stem


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=per_workflow)
def test_every_action_is_pinned_by_commit(workflow: Path) -> None:
    used = [step["uses"] for step in steps(workflow) if "uses" in step]
    assert [action for action in used if not PINNED.match(action)] == []


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=per_workflow)
def test_a_checkout_keeps_no_token(workflow: Path) -> None:
    checkouts = [step for step in steps(workflow) if "actions/checkout" in step.get("uses", "")]
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=per_workflow)
def test_the_default_rights_are_to_read(workflow: Path) -> None:
    assert read(workflow)["permissions"] == {"contents": "read"}


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=per_workflow)
def test_every_job_ends(workflow: Path) -> None:
    assert all(job["timeout-minutes"] <= 60 for job in read(workflow)["jobs"].values())


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=per_workflow)
def test_what_an_outsider_can_write_never_reaches_a_shell_as_code(workflow: Path) -> None:
    scripts = [step["run"] for step in steps(workflow) if "run" in step]
    expressions = [found for script in scripts for found in re.findall(r"\$\{\{\s*([^}]+?)\s*\}\}", script)]
    assert set(expressions) <= {"matrix.stack"}


def test_only_the_commenting_job_may_write_and_it_always_runs() -> None:
    jobs = read(ROOT / ".github" / "workflows" / "preview.yml")["jobs"]
    assert "permissions" not in jobs["preview"]
    assert jobs["comment"]["permissions"] == {"contents": "read", "pull-requests": "write"}
    assert "always()" in jobs["comment"]["if"]


def test_what_runs_where_users_are_is_rescanned_every_night_and_the_report_is_kept_also_when_something_is_found() -> (
    None
):
    workflow = read(ROOT / ".github" / "workflows" / "rescan.yml")
    (job,) = workflow["jobs"].values()
    # YAML takes `on` for a truth value.
    (night,) = cast("dict[Any, Any]", workflow)[True]["schedule"]
    assert re.fullmatch(r"\d+ \d+ \* \* \*", night["cron"])
    assert job["strategy"]["matrix"]["stack"] == ["staging", "prod"]
    assert job["permissions"] == {"contents": "read", "security-events": "write"}
    scripts = {step.get("run", ""): step for step in job["steps"]}
    (scan,) = (script for script in scripts if "slipway scan" in script)
    report = scan.split("--sarif ")[1].strip()
    (shown,) = (step for script, step in scripts.items() if "code-scanning/sarifs" in script)
    assert shown["if"] == f"always() && hashFiles('{report}') != ''"


def test_bases_are_refreshed_every_week_and_what_could_be_read_is_proposed_also_when_something_could_not() -> None:
    workflow = read(ROOT / ".github" / "workflows" / "bases.yml")
    (job,) = workflow["jobs"].values()
    # YAML takes `on` for a truth value.
    (week,) = cast("dict[Any, Any]", workflow)[True]["schedule"]
    assert re.fullmatch(r"\d+ \d+ \* \* [0-6]", week["cron"])
    assert job["permissions"] == {"contents": "write", "pull-requests": "write"}
    _, refresh, propose = job["steps"]
    assert refresh["run"] == "./slipway bases refresh"
    assert propose["if"] == "always()"
    assert propose["env"]["FILE"] == base_lock.FILE


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=per_workflow)
def test_every_command_that_a_workflow_runs_exists_with_its_flags(workflow: Path) -> None:
    scripts = [step["run"].replace("${{ matrix.stack }}", "dev") for step in steps(workflow) if "run" in step]
    calls = [
        found.split() for script in scripts for found in re.findall(r"^\s*\./slipway ([^|>\n]*)", script, re.MULTILINE)
    ]
    for name, *arguments in calls:
        command = main.get_command(click.Context(main), name)
        assert command is not None, name
        if isinstance(command, click.Group):
            command = command.commands[arguments[0]]
        known = {flag for parameter in command.params for flag in parameter.opts}
        assert {each for each in arguments if each.startswith("--")} <= known


def test_every_stack_is_previewed() -> None:
    previewed = read(ROOT / ".github" / "workflows" / "preview.yml")["jobs"]["preview"]["strategy"]["matrix"]["stack"]
    assert sorted(previewed) == sorted(file.name.split(".")[1] for file in ROOT.glob("Pulumi.*.yaml"))


def test_every_target_that_a_workflow_calls_exists() -> None:
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    scripts = "\n".join(step.get("run", "") for workflow in WORKFLOWS for step in steps(workflow))
    assert set(re.findall(r"^make ([a-z-]+)", scripts, re.MULTILINE)) <= targets
