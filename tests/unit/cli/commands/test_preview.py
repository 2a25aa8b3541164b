"""`slipway preview`: works for a stack that was never made, touches no tracked file, and is recorded when it fails."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.unit.cli.conftest import Desk


def recorded(file: Path) -> dict[str, Any]:
    return json.loads(file.read_text())


def test_a_stack_that_was_never_made_has_a_throwaway_state(desk: Desk) -> None:
    # given
    before = (desk.checkout / "Pulumi.prod.yaml").read_text()
    # when
    said = desk.slipway("preview", "-s", "prod")
    # then
    assert said.exit_code == 0, said.output
    assert desk.commands() == ["stack init", "preview"]
    init, preview = desk.calls()
    assert init["backend"] == preview["backend"]
    assert "/.state/tmp/preview-" in preview["backend"]
    assert preview["folder"] == str(desk.checkout)
    assert (desk.checkout / "Pulumi.prod.yaml").read_text() == before
    assert list((desk.checkout / ".state" / "tmp").iterdir()) == []


def test_the_copied_stack_file_says_the_same_and_has_a_salt(desk: Desk) -> None:
    desk.slipway("preview", "-s", "prod")
    copied = yaml.safe_load(desk.calls()[-1]["config"])
    original = yaml.safe_load((desk.checkout / "Pulumi.prod.yaml").read_text())
    assert copied.pop("encryptionsalt")
    assert copied == original


def test_neither_key_nor_secrets_of_the_stack_are_needed(desk: Desk) -> None:
    # given a stack with a key service and an encrypted value
    def encrypt(content: dict[str, Any]) -> None:
        content["secretsprovider"] = "awskms://alias/slipway"
        content["encryptedkey"] = "AQ"
        content["config"]["slipway:dbPassword"] = {"secure": "v1:canary"}
        content["config"]["slipway:secrets"] = {"db": {"fromConfig": {"key": "dbPassword"}}}

    desk.change("prod", encrypt)
    # when
    said = desk.slipway("preview", "-s", "prod")
    # then the engine gets others
    assert said.exit_code == 0, said.output
    assert desk.commands() == ["stack init", "config set-all", "preview"]
    assert "canary" not in json.dumps(desk.calls())
    assert "awskms" not in desk.calls()[-1]["config"]


def test_a_stack_that_exists_is_previewed_where_it_is(desk: Desk) -> None:
    file = desk.checkout / ".state" / ".pulumi" / "stacks" / "slipway" / "dev.json"
    file.parent.mkdir(parents=True)
    file.write_text('{"checkpoint": {}}')
    desk.slipway("preview")
    (call,) = desk.calls()
    assert "--config-file" not in call["arguments"]
    assert call["backend"].startswith((desk.checkout / ".state").as_uri())


def test_a_preview_starts_no_services(desk: Desk) -> None:
    desk.slipway("preview")
    assert "services" not in desk.started


def test_a_failed_preview_is_recorded_and_fails(desk: Desk) -> None:
    desk.answer("preview", "error: boom", 255)
    said = desk.slipway("preview", "--json", "--out", "made/prod.json", "-s", "prod")
    assert said.exit_code == 1
    document = recorded(desk.checkout / "made" / "prod.json")
    assert (document["stack"], document["failed"]) == ("prod", True)


def test_a_stack_file_with_mistakes_is_recorded_with_them(desk: Desk) -> None:
    desk.change("prod", lambda content: content["config"].pop("slipway:target"))
    said = desk.slipway("preview", "--json", "--out", "prod.json", "-s", "prod")
    assert said.exit_code == 2
    assert "slipway:target" in recorded(desk.checkout / "prod.json")["error"]


def test_json_on_standard_output_is_nothing_but_json(desk: Desk) -> None:
    desk.answer("preview", "Previewing update (prod):")
    said = desk.slipway("preview", "--json", "-s", "prod")
    assert json.loads(said.stdout)["failed"] is False
    assert "Previewing update" in said.stderr


def test_a_repository_without_commits_has_no_commit_to_show(desk: Desk) -> None:
    subprocess.run(["git", "init", "--quiet", str(desk.checkout)], check=True)
    desk.slipway("preview", "--json", "--out", "prod.json", "-s", "prod")
    assert recorded(desk.checkout / "prod.json")["commit"] == ""


@pytest.mark.parametrize("arguments", [("diff",), ("preview", "--diff")])
def test_diff_is_a_preview_of_every_property(desk: Desk, arguments: tuple[str, ...]) -> None:
    desk.slipway(*arguments)
    assert "--diff" in desk.calls()[-1]["arguments"]


def test_the_comment_is_made_of_what_the_preview_recorded(desk: Desk) -> None:
    desk.slipway("preview", "--json", "--out", "prod.json", "-s", "prod")
    said = desk.slipway("preview-comment", "prod.json", "--commit", "f" * 40)
    assert said.exit_code == 0
    assert said.output.startswith("<!-- slipway-preview -->")
    assert "f" * 12 in said.output


@pytest.mark.parametrize("content", ["", "{}", "[]", '{"format": "slipway-preview/0"}'])
def test_a_file_that_is_no_preview_is_refused_by_name(desk: Desk, content: str) -> None:
    (desk.checkout / "x.json").write_text(content)
    said = desk.slipway("preview-comment", "x.json")
    assert said.exit_code == 2
    assert "x.json" in said.stderr
