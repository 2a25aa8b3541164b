"""Volumes on a Docker host are saved and brought back: killed half-way, lost, and damaged."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.docker.engine import Engine
from tests.support import saving
from tests.support.saving import Kept
from tests.support.waiting import eventually
from tests.support.workbench import copy_checkout

HEALTH_S = 120
"""A health check comes every few seconds; the third one that fails in turn counts."""


@pytest.fixture(scope="module")
def namespace() -> str:
    return f"saved-{uuid.uuid4().hex[:8]}"


@pytest.fixture(scope="module")
def kept(engine: Engine, namespace: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kept]:
    workbench = copy_checkout(tmp_path_factory.mktemp("saved") / "checkout")
    saving.write(workbench, {"kind": "docker"}, namespace, {"volume": f"{namespace}-kept"})
    engine.docker("volume", "create", f"{namespace}-kept")

    def beside(code: str) -> str:
        return engine.docker("exec", f"{namespace}.store-backup", "python3", "-c", code)

    try:
        found = Kept(
            workbench,
            lambda code: engine.docker("exec", f"{namespace}.store", "python3", "-c", code),
            beside,
            lambda code: engine.docker("exec", f"{namespace}.store-backup", "python3", "-c", code, "/repository"),
        )
        found.done("up", "--yes")
        yield found
    finally:
        workbench.slipway("destroy", "--stack", "dev", "--yes")
        engine.clear(namespace)


@pytest.fixture(scope="module")
def good(kept: Kept) -> dict[str, Any]:
    return saving.saved_and_killed(kept)


def test_what_was_lost_after_a_killed_backup_comes_back_byte_for_byte(kept: Kept, good: dict[str, Any]) -> None:
    saving.lost_and_restored(kept, good)


def test_a_volume_that_holds_something_is_left_alone(kept: Kept, good: dict[str, Any]) -> None:
    saving.refused_unless_forced(kept)
    # and with force it is as it was saved
    kept.done("restore", "store", "--force")
    assert kept.digest() == good


def test_a_folder_of_this_machine_takes_what_was_saved(kept: Kept, good: dict[str, Any], tmp_path: Path) -> None:
    kept.done("restore", "store", "--to", str(tmp_path / "look"))
    files = sorted(f"/{each.relative_to(tmp_path / 'look')}" for each in (tmp_path / "look").rglob("*"))
    assert files == sorted(["/data", *good])


def health(engine: Engine, container: str) -> tuple[str, str]:
    """What the engine says of a container, and what its health check said last."""
    found = engine.inspect(container)["State"]["Health"]
    return found["Status"], found["Log"][-1]["Output"].strip()


def test_damage_is_noticed_and_told_by_the_engine(
    kept: Kept, good: dict[str, Any], engine: Engine, namespace: str
) -> None:
    # given what is sound
    del good
    seen = partial(health, engine, f"{namespace}.store-backup")
    assert eventually(lambda: seen()[0] == "healthy", HEALTH_S), seen()
    # when it is damaged
    saving.damaged(kept)
    # then whoever asks the engine is told
    assert eventually(lambda: seen() == ("unhealthy", "the last check failed"), HEALTH_S), seen()
