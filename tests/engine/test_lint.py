"""Dockerfiles through the real hadolint: those of this project pass, and a bad one is not built."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from policies.catalogue import ALL_RULES
from provider.dockerfile import CONFIG, Build, findings
from provider.lint import judged
from tests.support.small_image import build_small
from tests.support.workbench import CHECKOUT, copy_checkout

DOCKERFILES = sorted(
    each
    for folder in ("images", "tests")
    for each in (CHECKOUT / folder).rglob("Dockerfile*")
    if each.suffix != ".dockerignore"
)
CONTEXT = f"FROM docker.io/library/python@sha256:{'0' * 64}\nCOPY --from=shared x /x\nUSER 1\n"
BAD = "FROM docker.io/library/python:3.11-slim\n# hadolint ignore=DL3003\nRUN cd /x && echo $y\nUSER root\n"


@pytest.mark.parametrize("file", DOCKERFILES, ids=lambda file: str(file.relative_to(CHECKOUT)))
def test_every_dockerfile_of_this_project_passes(file: Path) -> None:
    assert judged(findings(file, Build({})), ["critical", "high", "medium"], []).refused == []


def test_hadolint_is_asked_and_a_comment_switches_nothing_off(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text(BAD)
    found = {each.rule: (each.line, each.severity) for each in findings(tmp_path / "Dockerfile", Build({}))}
    assert found["DL3003"] == (3, "medium")
    assert found["SC2086"] == (3, "low")


def test_a_named_context_is_no_finding(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text(CONTEXT)
    assert {each.rule for each in findings(tmp_path / "Dockerfile", Build({}))} == {"dockerfile-healthcheck"}


def test_what_hadolint_is_told_to_leave_out_a_rule_says() -> None:
    rules = [line.partition(" # ")[2] for line in CONFIG.read_text().splitlines() if " # " in line]
    assert rules
    assert [rule for rule in rules if rule not in ALL_RULES] == []


def test_a_preview_refuses_a_bad_dockerfile_and_the_command_says_the_same(tmp_path: Path) -> None:
    # given
    workbench = copy_checkout(tmp_path / "checkout", supply_chain=True)
    build_small(workbench)
    (workbench.folder / "images" / "python-api" / "Dockerfile").write_text(BAD)
    # when
    refused = workbench.slipway("preview", "--stack", "dev")
    # then
    finding = "images/python-api/Dockerfile:4  dockerfile-user  high  Image runs as root"
    assert refused.code == 1, refused.text
    assert "Dockerfile is not built from: 2 findings are of a severity in `failOn`" in refused.out
    assert finding in refused.out
    assert "Traceback" not in refused.text
    # and the command, with the same for a code host
    linted = workbench.slipway("lint", "images/python-api", "--sarif", "lint.sarif")
    assert linted.code == 1, linted.text
    assert finding in linted.out
    (run,) = json.loads((workbench.folder / "lint.sarif").read_text())["runs"]
    levels = {each["ruleId"]: each["level"] for each in run["results"]}
    assert (levels["dockerfile-user"], levels["DL3003"], levels["SC2086"]) == ("error", "warning", "note")
