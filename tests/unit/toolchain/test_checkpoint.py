"""The state file: what is in it, and what to restore when it is damaged."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path
from typing import Any

import pytest

from toolchain.checkpoint import Checkpoint, backend_url, file_backend
from toolchain.errors import ToolchainError

CREATING = {
    "type": "creating",
    "resource": {
        "urn": "urn:pulumi:dev::slipway::kubernetes:core/v1:Service::api",
        "type": "kubernetes:core/v1:Service",
        "inputs": {"kind": "Service"},
        "provider": "urn:p::1",
    },
}


def state_text(**latest: Any) -> str:
    return json.dumps({"version": 3, "checkpoint": {"stack": "organization/slipway/dev", "latest": latest}})


@pytest.fixture
def checkpoint(tmp_path: Path) -> Checkpoint:
    (tmp_path / ".pulumi" / "stacks" / "slipway").mkdir(parents=True)
    (tmp_path / ".pulumi" / "backups" / "slipway" / "dev").mkdir(parents=True)
    return Checkpoint(tmp_path, "slipway", "dev")


def state_file(checkpoint: Checkpoint, name: str = "dev.json") -> Path:
    return checkpoint.state / ".pulumi" / "stacks" / "slipway" / name


def backup(checkpoint: Checkpoint, number: int, content: str) -> Path:
    file = checkpoint.state / ".pulumi" / "backups" / "slipway" / "dev" / f"dev.{number}.json"
    file.write_text(content)
    os.utime(file, (number, number))
    return file


def test_a_stack_that_was_never_made_has_no_file(checkpoint: Checkpoint) -> None:
    assert checkpoint.file() is None
    assert checkpoint.load() == {}


def test_a_new_stack_without_a_deployment_is_empty(checkpoint: Checkpoint) -> None:
    state_file(checkpoint).write_text(json.dumps({"version": 3, "checkpoint": {"stack": "dev"}}))
    assert checkpoint.load() == {}


def test_a_compressed_state_is_read(checkpoint: Checkpoint) -> None:
    state_file(checkpoint, "dev.json.gz").write_bytes(gzip.compress(state_text(resources=[{"urn": "a"}]).encode()))
    assert checkpoint.resources() == [{"urn": "a"}]


def test_an_unfinished_operation_is_found(checkpoint: Checkpoint) -> None:
    state_file(checkpoint).write_text(state_text(pending_operations=[CREATING]))
    (operation,) = checkpoint.operations()
    assert (operation.kind, operation.type, operation.provider) == (
        "creating",
        "kubernetes:core/v1:Service",
        "urn:p::1",
    )


@pytest.mark.parametrize("damage", ["", "{", "null", "[]", "{}", state_text(resources=[])[:-9]])
def test_a_damaged_state_names_the_newest_backup_that_is_whole(checkpoint: Checkpoint, damage: str) -> None:
    # given a state cut short, an old and a newer whole backup, and the newest, cut short as well
    state_file(checkpoint).write_text(damage)
    backup(checkpoint, 1, state_text())
    newer = backup(checkpoint, 2, state_text())
    backup(checkpoint, 3, "{")
    # when, then
    with pytest.raises(ToolchainError) as raised:
        checkpoint.load()
    assert str(state_file(checkpoint)) in raised.value.message
    assert f"cp '{newer}' '{state_file(checkpoint)}'" in raised.value.mend


def test_a_damaged_state_without_a_backup_says_so(checkpoint: Checkpoint) -> None:
    state_file(checkpoint).write_text("")
    with pytest.raises(ToolchainError, match="there is no backup"):
        checkpoint.load()


def test_a_restored_state_keeps_the_damaged_one(checkpoint: Checkpoint) -> None:
    state_file(checkpoint).write_text("{")
    backup(checkpoint, 1, state_text(resources=[{"urn": "a"}]))
    kept = checkpoint.restore()
    assert kept is not None
    assert kept.read_text() == "{"
    assert checkpoint.resources() == [{"urn": "a"}]


def test_without_any_backup_a_damaged_state_is_set_aside_as_for_a_new_stack(checkpoint: Checkpoint) -> None:
    state_file(checkpoint).write_text("{")
    kept = checkpoint.restore()
    assert kept is not None
    assert checkpoint.file() is None


def test_the_state_before_a_run_is_kept_where_the_engine_does_not_write(checkpoint: Checkpoint) -> None:
    # given a state that was backed up, and an engine that then damaged it and all of its own backups
    state_file(checkpoint).write_text(state_text(resources=[{"urn": "a"}]))
    checkpoint.back_up()
    for name in ("dev.json", "dev.json.bak"):
        state_file(checkpoint, name).write_text("{")
    # when
    checkpoint.restore()
    # then
    assert checkpoint.resources() == [{"urn": "a"}]


def test_a_whole_state_is_not_replaced_by_a_backup(checkpoint: Checkpoint) -> None:
    state_file(checkpoint).write_text(state_text(resources=[]))
    backup(checkpoint, 1, state_text(resources=[{"urn": "a"}]))
    assert checkpoint.restore() is None
    assert checkpoint.resources() == []


@pytest.mark.parametrize(
    ("content", "partial"), [("", True), ('{"user.cache', True), ('{"user.cache_control":""}', False)]
)
def test_attributes_that_were_cut_short_are_partial(checkpoint: Checkpoint, content: str, partial: bool) -> None:
    attributes = state_file(checkpoint, "dev.json.attrs")
    attributes.write_text(content)
    assert checkpoint.partial_files() == ([attributes] if partial else [])


def test_only_files_that_were_never_renamed_into_place_are_partial(checkpoint: Checkpoint) -> None:
    partial = state_file(checkpoint, "dev.json.18c5e3f2a1b0c4d9.tmp")
    for file in (partial, state_file(checkpoint), state_file(checkpoint, "dev.json.bak")):
        file.write_text("x")
    assert checkpoint.partial_files() == [partial]


@pytest.mark.parametrize(
    ("url", "folder"),
    [
        ("file:///a/b", Path("/a/b")),
        ("file:///a%20b?create_dir=true", Path("/a b")),
        ("file://./state", Path("state")),
        ("https://api.pulumi.com", None),
        ("s3://bucket", None),
        ("", None),
    ],
)
def test_only_a_folder_is_a_file_backend(url: str, folder: Path | None) -> None:
    assert file_backend(url) == folder


def test_the_state_is_where_the_environment_says_before_where_the_user_is_logged_in(tmp_path: Path) -> None:
    (tmp_path / "credentials.json").write_text('{"current": "file:///logged/in"}')
    logged_in = {"PULUMI_CREDENTIALS_PATH": str(tmp_path)}
    assert backend_url(logged_in) == "file:///logged/in"
    assert backend_url({**logged_in, "PULUMI_BACKEND_URL": "file:///named"}) == "file:///named"


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"current": null}'])
def test_who_is_logged_in_nowhere_has_no_backend(tmp_path: Path, content: str) -> None:
    (tmp_path / "credentials.json").write_text(content)
    assert backend_url({"PULUMI_CREDENTIALS_PATH": str(tmp_path)}) == ""
