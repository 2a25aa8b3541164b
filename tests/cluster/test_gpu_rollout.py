"""A rollout that would wait for ever for a GPU is refused; the strategy that is chosen in its place rolls over."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.cluster.stacks import Stack, responder_of, write_stack
from tests.cluster.support import Cluster
from tests.support.waiting import eventually
from tests.support.workbench import Workbench
from toolchain.cluster import add_gpus

GPU = "NVIDIA-L4"
EXTRA_FIRST = {"maxSurge": 1, "maxUnavailable": 0}
OLD_FIRST = {"maxSurge": 0, "maxUnavailable": 1}
SWAPPED_S = 60


def fleet(gpus: int) -> dict[str, Any]:
    """A fleet of one node with GPUs, and of one without."""
    sizes = {"nodes": 1, "cpu": "8", "memory": "16Gi"}
    return {"pools": {"plain": sizes, "l4": {**sizes, "gpus": {"count": gpus, "product": GPU}}}}


@pytest.fixture(scope="module")
def stack(checkout: Workbench, cluster: Cluster, embedded_registry: str, responder: str) -> Iterator[Stack]:
    """A stack with one workload that holds the one GPU there is."""
    add_gpus(cluster.kubeconfig, 1, GPU)
    model = responder_of(responder, gpu={"whole": {"count": 1, "product": GPU}}, rollout=OLD_FIRST)
    yield write_stack(checkout, cluster, embedded_registry, {"model": model}, fleet=fleet(1))
    add_gpus(cluster.kubeconfig, 0)


def test_a_rollout_without_room_is_refused_with_three_ways_out(stack: Stack) -> None:
    stack.change("model", rollout=EXTRA_FIRST)
    said = stack.preview()
    assert said.code != 0
    assert "1 + 1 pods of 1 of nvidia.com/gpu" in said.text
    [mend] = [line for line in said.text.splitlines() if "mend:" in line]
    assert mend.count(";") == 2, mend


def test_the_chosen_strategy_rolls_over_on_the_one_gpu(stack: Stack) -> None:
    # given a pod that holds it
    stack.change("model", rollout=OLD_FIRST)
    stack.deploy()
    before = set(stack.ready("model"))
    assert len(before) == 1
    # when its version changes
    stack.change("model", env={"VERSION": "2"})
    stack.deploy()
    # then another holds it
    assert eventually(lambda: len(set(stack.ready("model")) - before) == 1, SWAPPED_S)


def test_a_fleet_with_one_more_gpu_is_accepted(stack: Stack) -> None:
    stack.change("model", rollout=EXTRA_FIRST)
    stack.write(fleet=fleet(2))
    said = stack.preview()
    assert said.code == 0, said.text
