"""Files get into the volumes of a container that brings them, and are seen by it."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from components import kept_files
from tests.unit.components.api_server import HEALTHY_AFTER, Server, serving

FOLDERS = {"/store": {"token": "canary"}, "/config": {"a.yaml": "a: 1\n", "b.yaml": "b: ü\n"}}


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Server]:
    with serving(tmp_path) as server:
        yield server


def test_each_folder_takes_its_files_and_then_the_container_starts_again(engine: Server):
    kept_files.keep(engine.address, "1a", FOLDERS)

    assert [path for path, _ in engine.asked] == [
        "/containers/1a/archive?path=/store",
        "/containers/1a/archive?path=/config",
        "/containers/1a/restart?t=5",
    ]


def test_it_counts_once_the_container_is_healthy(engine: Server):
    kept_files.keep(engine.address, "1a", FOLDERS)

    assert engine.looks > HEALTHY_AFTER


def test_a_container_that_does_not_get_healthy_is_told(engine: Server, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(kept_files, "READY_S", -1.0)

    with pytest.raises(RuntimeError, match="is starting after"):
        kept_files.keep(engine.address, "1a", FOLDERS)


def test_files_are_roots_and_can_be_read():
    with tarfile.open(fileobj=io.BytesIO(kept_files.archive(FOLDERS["/config"]))) as tar:
        found = {each.name: (each.uid, each.gid, each.mode) for each in tar.getmembers()}
        texts = {name: file.read().decode() for name in found if (file := tar.extractfile(name))}

    assert found == dict.fromkeys(FOLDERS["/config"], (0, 0, 0o644))
    assert texts == FOLDERS["/config"]


def test_other_text_is_an_update_and_another_container_another_resource():
    before = {"container": "1a", "folders": FOLDERS, "host": ""}
    same, changed, moved = (
        kept_files.PROVIDER.diff("1a", before, {**before, **news})
        for news in ({}, {"folders": {"/store": {"token": "other"}}}, {"container": "2b"})
    )

    assert (same.changes, changed.changes, moved.changes) == (False, True, True)
    assert (changed.replaces, moved.replaces) == ([], ["container"])


def test_files_of_a_container_that_was_removed_by_hand_are_gone_after_a_refresh(engine: Server):
    assert kept_files.PROVIDER.read("missing", {"host": engine.address}).id == ""
