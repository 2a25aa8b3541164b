from pathlib import Path
from typing import Any

import pytest

from toolchain.cluster import pretend_nodes
from toolchain.cluster.api import Api, Object
from toolchain.cluster.pretend_nodes import node, set_pretend_nodes
from toolchain.errors import ToolchainError

READY = {"conditions": [{"type": "Ready", "status": "True"}]}


class Nodes:
    """Stands where the API server is asked; nodes are ready as soon as they are there, unless `slow`."""

    def __init__(self, *names: str) -> None:
        self.there = set(names)
        self.slow = False

    def get(self, path: str) -> Object:
        return {"items": [{"metadata": {"name": name}} for name in self.there]}

    def create(self, path: str, content: Object) -> None:
        self.there.add(content["metadata"]["name"])

    def delete(self, path: str) -> None:
        self.there.remove(path.rpartition("/")[2])

    def wait(self, path: str, condition: Any, seconds: float) -> bool:
        status = {} if self.slow else READY
        return any(condition({"metadata": {"name": name}, "status": status}) for name in self.there)


@pytest.fixture
def nodes(monkeypatch: pytest.MonkeyPatch) -> Nodes:
    stand_in = Nodes("pretend-0", "pretend-7")

    def of(kubeconfig: Path) -> Nodes:
        return stand_in

    monkeypatch.setattr(Api, "of", of)
    return stand_in


def test_there_are_exactly_as_many_as_were_asked_for(nodes: Nodes) -> None:
    set_pretend_nodes(Path("kubeconfig"), 3)

    assert nodes.there == {"pretend-0", "pretend-1", "pretend-2"}


def test_all_are_taken_away(nodes: Nodes) -> None:
    set_pretend_nodes(Path("kubeconfig"), 0)

    assert nodes.there == set()


def test_nodes_that_are_never_ready_are_named(nodes: Nodes) -> None:
    nodes.slow = True

    with pytest.raises(ToolchainError, match="2 pretend nodes are not ready, pretend-0, pretend-1 among them"):
        set_pretend_nodes(Path("kubeconfig"), 2)


def test_fewer_than_none_are_refused() -> None:
    with pytest.raises(ToolchainError, match="cannot have -1 pretend nodes"):
        set_pretend_nodes(Path("unread"), -1)


def test_a_pod_that_is_meant_to_run_is_kept_off() -> None:
    assert node(0)["spec"]["taints"] == [pretend_nodes.TAINT]
