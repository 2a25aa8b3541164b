"""`slipway capacity` and previews show the peak, beside what there is; a deadlock ends a preview before it begins."""

from __future__ import annotations

import json
from typing import Any

from tests.unit.cli.conftest import Desk

FLEET = {
    "pools": {
        "cpu": {"nodes": 2, "cpu": "8", "memory": "32Gi"},
        "l4": {"nodes": 1, "cpu": "16", "memory": "64Gi", "gpus": {"count": 1, "product": "NVIDIA-L4"}},
    }
}


def with_gpu(desk: Desk, nodes: int = 1, **fields: Any) -> None:
    """The dev stack runs one workload on a GPU, and has so many nodes with one."""
    image = {"external": {"reference": f"r.example.com/llm@sha256:{'0' * 64}", "reason": "made by the team"}}

    def change(content: dict[str, Any]) -> None:
        content["config"].pop("slipway:supplyChain", None)
        content["config"]["slipway:workloads"] = {"llm": {"image": image, "gpu": {"whole": {"count": 1}}, **fields}}
        content["config"]["slipway:environment"]["quota"]["gpus"] = 2
        content["config"]["slipway:fleet"] = {
            "pools": {**FLEET["pools"], "l4": {**FLEET["pools"]["l4"], "nodes": nodes}}
        }

    desk.change("dev", change)


def test_capacity_is_a_table_and_starts_nothing(desk: Desk) -> None:
    with_gpu(desk)

    said = desk.slipway("capacity")

    assert said.exit_code == 0, said.output
    lines = [line.split() for line in said.output.splitlines()]
    assert ["llm", "1", "1", "1", "1", "of", "nvidia.com/gpu", "100m", "128Mi"] in lines
    assert ["llm", "40", "s", "160", "s", "190", "s", "30", "s"] in lines
    assert desk.calls() == []


def test_capacity_as_json_has_the_same_and_the_times(desk: Desk) -> None:
    with_gpu(desk)

    found = json.loads(desk.slipway("capacity", "--json").output)

    assert found["peak"]["gpus"] == {"nvidia.com/gpu": 1} == found["fleet"]["gpus"]
    assert found["seconds"]["llm"] == {"start": 40, "progress": 160, "rollout": 190, "grace": 30}
    assert found["jobSeconds"] == 190 + 600


def test_a_preview_of_gpus_begins_with_the_table(desk: Desk) -> None:
    with_gpu(desk)

    assert "1 of nvidia.com/gpu" in desk.slipway("preview").output


def test_a_preview_of_a_rollout_that_would_wait_for_ever_is_refused_and_one_more_node_is_enough(desk: Desk) -> None:
    surging: dict[str, Any] = {"rollout": {"maxSurge": 1, "maxUnavailable": 0}}
    with_gpu(desk, nodes=1, **surging)
    refused = desk.slipway("preview")
    assert refused.exit_code == 2
    assert "one of three" in refused.output
    assert desk.calls() == []

    with_gpu(desk, nodes=2, **surging)
    assert "1 + 1 pods" not in desk.slipway("preview").output
    assert desk.calls() != []
