"""A change for the worse fails in time and in plain words, the version before serves on, and a good one recovers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.cluster import failure_page
from tests.cluster.stack_failures import CALM_S, CHANGES, LIMIT_S, Outcome, provoke, told
from tests.cluster.support import Cluster


@pytest.fixture(scope="module")
def outcomes(
    cluster: Cluster, embedded_registry: str, actor: str, tmp_path_factory: pytest.TempPathFactory
) -> Mapping[str, Outcome]:
    """What became of each change; all at the same time, each in a checkout and a namespace of its own."""
    folder = tmp_path_factory.mktemp("failures")
    with ThreadPoolExecutor(len(CHANGES)) as pool:
        running = {
            name: pool.submit(provoke, change, cluster, embedded_registry, actor, folder / name)
            for name, change in CHANGES.items()
        }
        found = {name: each.result() for name, each in running.items()}
    rows = [(CHANGES[name].title, CHANGES[name].official, told(each), each.seconds) for name, each in found.items()]
    failure_page.write("changes", rows)
    return found


@pytest.mark.parametrize("name", CHANGES)
def test_up_fails_with_the_cause_in_its_message(outcomes: Mapping[str, Outcome], name: str) -> None:
    assert outcomes[name].code == 1, outcomes[name].said
    assert re.search(CHANGES[name].says, told(outcomes[name])), outcomes[name].said


@pytest.mark.parametrize("name", CHANGES)
def test_up_fails_within_its_time_limit(outcomes: Mapping[str, Outcome], name: str) -> None:
    assert outcomes[name].seconds < LIMIT_S + CALM_S


@pytest.mark.parametrize("name", CHANGES)
def test_the_version_before_serves_on(outcomes: Mapping[str, Outcome], name: str) -> None:
    assert outcomes[name].served == "old"


@pytest.mark.parametrize("name", CHANGES)
def test_the_next_good_up_recovers(outcomes: Mapping[str, Outcome], name: str) -> None:
    assert outcomes[name].mended == 0, outcomes[name].story
    assert outcomes[name].serves == "new"
