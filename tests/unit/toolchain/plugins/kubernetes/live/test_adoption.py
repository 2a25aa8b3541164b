"""What a create makes of an object that is there already."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cluster.live import OPEN, Live
from tests.unit.toolchain.plugins.kubernetes.live.fake_api import FakeApi, Json, fake_api
from toolchain.plugins.base import ProviderError
from toolchain.plugins.base_values import Properties
from toolchain.plugins.kubernetes.live.ownership import manager_of

DECLARED: Properties = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings"}, "data": {"a": "1"}}

Begin = Callable[..., Live]


@pytest.fixture
def api() -> Iterator[FakeApi]:
    with fake_api() as api:
        yield api


@pytest.fixture
def begin(api: FakeApi, tmp_path: Path) -> Iterator[Begin]:
    """Starts a provider with settings, for the server."""
    file = tmp_path / "kubeconfig"
    file.write_text(json.dumps(api.kubeconfig))

    def start(**settings: str) -> Live:
        return Live(file, "ai", extra=settings)

    yield start
    while OPEN:
        OPEN.pop().close()


def made_by(manager: str, operation: str = "Apply") -> Json:
    fields = [{"manager": manager, "operation": operation}]
    return {**DECLARED, "metadata": {"name": "settings", "namespace": "ai", "managedFields": fields}}


def test_what_somebody_else_made_is_refused_by_name(api: FakeApi, begin: Begin) -> None:
    api.add(made_by("kubectl-create", "Update"))

    with pytest.raises(ProviderError, match=r'configmaps "settings" already exists \(made by kubectl-create\)'):
        begin().create(DECLARED)


def test_with_upsert_it_is_taken_over_and_the_user_is_told_from_whom(api: FakeApi, begin: Begin) -> None:
    api.add(made_by("kubectl-create", "Update"))
    live = begin(upsertExistingObjects="true")

    assert live.create(DECLARED).id.endswith("settings")
    assert live.heard.messages[0] == (
        "ConfigMap ai/settings exists: made by kubectl-create, and upsertExistingObjects is set. It is taken over"
    )


@pytest.mark.parametrize("settings", [{}, {"upsertExistingObjects": "true"}], ids=["without upsert", "with upsert"])
def test_what_a_killed_run_of_this_resource_made_is_taken_over(
    api: FakeApi, begin: Begin, settings: dict[str, str]
) -> None:
    live = begin(**settings)
    api.add(made_by(manager_of(live.urn(DECLARED, "settings"))))

    assert live.create(DECLARED).id.endswith("settings")
    assert live.heard.messages[0] == (
        "ConfigMap ai/settings exists: an interrupted run of this resource made it. It is taken over"
    )
