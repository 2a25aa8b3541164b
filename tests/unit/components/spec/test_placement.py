"""Pods find nodes, or it is said which do not: the same nodes that their labels would choose."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.manifests.gpu import node_terms
from components.manifests.node_labels import labels
from components.spec.capacity import Demand, demands
from components.spec.fleet import Fleet, Pool
from components.spec.gpu import Gpu
from components.spec.placement import fleet_checks, objection
from components.spec.refusal import Refusal
from tests.unit.components.given import workload

NODE: dict[str, Any] = {"nodes": 1, "cpu": "64", "memory": "256Gi"}
SURGING = {"rollout": {"maxSurge": 1, "maxUnavailable": 0}}


def refused(pools: dict[str, Any], **workloads: dict[str, Any]) -> list[Refusal]:
    fleet = Fleet.model_validate({"pools": {name: {**NODE, **pool} for name, pool in pools.items()}})
    found = {name: workload(**{"shmSize": "64Mi", "replicas": 1, **fields}) for name, fields in workloads.items()}
    return list(fleet_checks(fleet, demands(found, None, None)))


def gpus(count: int = 1, nodes: int = 1, **more: Any) -> dict[str, Any]:
    return {"nodes": nodes, "gpus": {"count": count, **more}}


def whole(count: int = 1, **more: Any) -> dict[str, Any]:
    return {"gpu": {"whole": {"count": count, **more}}}


def test_a_rollout_that_would_wait_for_ever_is_refused_with_numbers_and_three_ways_out() -> None:
    (refusal,) = refused({"l4": gpus()}, llm={**whole(), **SURGING})

    assert refusal.at == ("workloads", "llm", "rollout")
    assert "1 + 1 pods of 1 of nvidia.com/gpu" in (refusal.found or "")
    assert "the fleet has room for 1 (l4: 1 node with 1 of nvidia.com/gpu" in (refusal.found or "")
    ways = refusal.mend.removeprefix("one of three: ").split("; ")
    assert len(ways) == 3
    assert "maxSurge: 0, maxUnavailable: 1" in ways[0]


@pytest.mark.parametrize(
    ("pools", "fields"),
    [
        ({"l4": gpus()}, whole()),
        ({"l4": gpus(nodes=2)}, {**whole(), **SURGING}),
        ({"l4": gpus(count=2)}, {**whole(), **SURGING}),
        ({"l4": gpus(nodes=3)}, {**whole(), "autoscaling": {"min": 1, "max": 2}, **SURGING}),
    ],
    ids=["one ends first", "one more node", "one more GPU", "room at full load"],
)
def test_a_rollout_that_has_room_or_needs_none_is_accepted(pools: dict[str, Any], fields: dict[str, Any]) -> None:
    fields = {**fields, **({"replicas": 1} if "autoscaling" not in fields else {})}
    fleet = Fleet.model_validate({"pools": {name: {**NODE, **pool} for name, pool in pools.items()}})

    assert list(fleet_checks(fleet, demands({"llm": workload(shmSize="64Mi", **fields)}, None, None))) == []


def test_who_has_least_choice_is_placed_first() -> None:
    # given a workload that could run anywhere, written before one that runs on one pool only
    pools = {"any": gpus(product="NVIDIA-L4"), "large": gpus(product="NVIDIA-H200")}
    assert refused(pools, first=whole(), second=whole(product="NVIDIA-L4")) == []


def test_gpus_of_two_nodes_are_not_one_nodes() -> None:
    assert [each.at for each in refused({"l4": gpus(nodes=2)}, llm=whole(2))] == [("workloads", "llm", "gpu")]


@settings(max_examples=60)
@given(
    nodes=st.integers(1, 6),
    each=st.sampled_from([1, 2, 4, 8]),
    pods=st.lists(st.tuples(st.integers(1, 6), st.sampled_from([1, 2, 4, 8])), min_size=1, max_size=4),
)
def test_sizes_that_divide_each_other_are_placed_exactly_if_there_are_gpus_enough(
    nodes: int, each: int, pods: list[tuple[int, int]]
) -> None:
    wanted = {f"w{i}": {**whole(count), "replicas": number} for i, (number, count) in enumerate(pods)}
    fits = all(count <= each for _, count in pods) and sum(number * count for number, count in pods) <= nodes * each

    assert (refused({"pool": gpus(each, nodes)}, **wanted) == []) == fits


def block(required: dict[str, Any], optional: dict[str, Any] | None = None) -> st.SearchStrategy[dict[str, Any]]:
    """A mapping of a stack file, of which some keys may be left out."""
    return st.fixed_dictionaries(required, optional=optional or {})


PRODUCT = st.sampled_from(["NVIDIA-L4", "NVIDIA-A100-SXM4-80GB", "NVIDIA-H200", "Tesla-T4"])
BY = st.sampled_from(["mps", "time-slicing"])
STRATEGY = st.sampled_from(["mixed", "single"])
PROFILE = st.sampled_from(["1g.10gb", "1g.10gb+me", "3g.40gb"])
SLICES = block({"profile": PROFILE, "each": st.just(1), "strategy": STRATEGY})
POOLS = block(
    {"count": st.integers(1, 2), "product": PRODUCT, "cuda": st.sampled_from(["11.8", "12.4", "13.0"])},
    {"shares": block({"by": BY, "each": st.just(2), "renamed": st.booleans()})},
)
CUT = block(
    {"count": st.just(1), "product": st.just("NVIDIA-A100-SXM4-80GB"), "cuda": st.just("12.4")}, {"slices": SLICES}
)
LEAST = {
    "minMemory": st.sampled_from(["16Gi", "40Gi", "120Gi"]),
    "minComputeCapability": st.sampled_from(["7.5", "8.0", "8.9", "9.0"]),
}
ASKED = st.one_of(
    block({"whole": block({"count": st.just(1), "product": PRODUCT})}),
    block({"whole": block({"count": st.just(1)}, LEAST)}),
    block({"shared": block({"by": BY, "renamed": st.booleans()}, {"product": PRODUCT})}),
    block({"mig": block({"profile": PROFILE, "strategy": STRATEGY, "product": st.just("NVIDIA-A100-SXM4-80GB")})}),
)


def chosen(term: list[dict[str, Any]], node: dict[str, str]) -> bool:
    """Whether all expressions of a node selector hold for a node."""
    return all(holds(each["operator"], node.get(each["key"]), each.get("values", [])) for each in term)


def holds(operator: str, value: str | None, values: list[str]) -> bool:
    """Whether one expression holds for a label's value."""
    match operator:
        case "In":
            return value in values
        case "NotIn":
            return value not in values
        case "Gt":
            return value is not None and int(value) > int(values[0])
        case _:
            return value is None


@given(has=st.one_of(POOLS, CUT), asked=ASKED, cuda=st.sampled_from([None, "12.4"]))
def test_a_pool_takes_a_pod_exactly_if_its_labels_and_its_resource_would(
    has: dict[str, Any], asked: dict[str, Any], cuda: str | None
) -> None:
    gpu = Gpu.model_validate({**asked, **({"cuda": cuda} if cuda else {})})
    pool = Pool.model_validate({**NODE, "gpus": has})
    demand = Demand(1, 1, 0, ends_first=True, resources=workload().resources, gpu=gpu)
    assert pool.gpus is not None

    terms = node_terms(gpu)
    by_labels = not terms or any(chosen(term, labels(pool)) for term in terms)
    assert (objection(pool, demand) is None) == (by_labels and gpu.request.resource == pool.gpus.offered[0])
