"""The limit of processes is set on a container, read back, and gone with it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from components import process_limit
from tests.unit.components.api_server import Server, serving


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Server]:
    with serving(tmp_path) as server:
        yield server


def test_a_limit_is_set_on_the_container(engine: Server):
    process_limit.set_limit(engine.address, "1a", 64)

    assert [(path, json.loads(body)) for path, body in engine.asked] == [("/containers/1a/update", {"PidsLimit": 64})]


def test_what_is_set_can_be_read(engine: Server):
    assert process_limit.limit(engine.address, "1a") == 64


def test_the_limit_of_a_container_that_was_removed_by_hand_is_gone_after_a_refresh(engine: Server):
    found = process_limit.PROVIDER.read("missing", {"host": engine.address, "limit": 64})

    assert found.id == ""
