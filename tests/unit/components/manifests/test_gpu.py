"""GPUs become resources, tolerations and node affinity, so that a pod meets what it asked for and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.manifests import gpu
from components.spec.gpu import Gpu
from components.spec.gpu_products import PRODUCTS

WHOLE = [
    ("nvidia.com/gpu.sharing-strategy", "NotIn", "time-slicing,mps"),
    ("nvidia.com/gpu.slices.gi", "DoesNotExist", ""),
]


def nodes(**asked: Any) -> list[list[tuple[str, str, str]]]:
    """The node labels that are wanted: all expressions of one of the lists."""
    fields = gpu.scheduling(Gpu.model_validate(asked))
    if "affinity" not in fields:
        return []
    required = fields["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
    return [
        [(each["key"], each["operator"], ",".join(each.get("values", ()))) for each in term["matchExpressions"]]
        for term in required["nodeSelectorTerms"]
    ]


@pytest.mark.parametrize(
    ("asked", "resources"),
    [
        ({"whole": {"count": 4}}, {"nvidia.com/gpu": "4"}),
        ({"mig": {"profile": "3g.40gb"}}, {"nvidia.com/mig-3g.40gb": "1"}),
        ({"mig": {"profile": "1g.10gb+me"}}, {"nvidia.com/mig-1g.10gb.me": "1"}),
        (
            {"mig": {"profile": "1g.5gb", "strategy": "single", "product": "NVIDIA-A100-SXM4-40GB"}},
            {"nvidia.com/gpu": "1"},
        ),
        ({"shared": {"by": "mps"}}, {"nvidia.com/gpu.shared": "1"}),
        ({"shared": {"by": "mps", "renamed": False}}, {"nvidia.com/gpu": "1"}),
        ({"amd": {"count": 2}}, {"amd.com/gpu": "2"}),
        ({"intel": {"count": 1, "driver": "xe"}}, {"gpu.intel.com/xe": "1"}),
    ],
)
def test_each_kind_has_the_resource_that_its_device_plugin_offers(
    asked: dict[str, Any], resources: dict[str, str]
) -> None:
    assert gpu.resources(Gpu.model_validate(asked)) == resources


def test_a_whole_gpu_is_neither_a_share_nor_a_slice() -> None:
    assert nodes(whole={"count": 1}) == [WHOLE]


def test_a_product_is_found_by_its_label_which_shares_and_slices_do_not_have() -> None:
    assert nodes(whole={"count": 1, "product": "NVIDIA-L4"}) == [[("nvidia.com/gpu.product", "In", "NVIDIA-L4")]]


def test_memory_is_wanted_in_the_labels_unit_and_one_more_than_too_little() -> None:
    assert nodes(whole={"count": 1, "minMemory": "40Gi"}) == [[*WHOLE, ("nvidia.com/gpu.memory", "Gt", "40959")]]


@pytest.mark.parametrize(
    ("least", "alternatives"),
    [
        ("8.0", [[("nvidia.com/gpu.compute.major", "Gt", "7")]]),
        (
            "8.9",
            [
                [("nvidia.com/gpu.compute.major", "Gt", "8")],
                [("nvidia.com/gpu.compute.major", "In", "8"), ("nvidia.com/gpu.compute.minor", "Gt", "8")],
            ],
        ),
    ],
)
def test_a_capability_is_compared_by_major_and_minor(
    least: str, alternatives: list[list[tuple[str, str, str]]]
) -> None:
    assert nodes(whole={"count": 1, "minComputeCapability": least}) == [[*WHOLE, *each] for each in alternatives]


@given(major=st.integers(1, 12), minor=st.integers(0, 9), node=st.tuples(st.integers(1, 12), st.integers(0, 9)))
def test_a_node_is_wanted_exactly_if_its_capability_is_no_less(major: int, minor: int, node: tuple[int, int]) -> None:
    labels = {"nvidia.com/gpu.compute.major": node[0], "nvidia.com/gpu.compute.minor": node[1]}

    def holds(key: str, operator: str, value: str) -> bool:
        if key not in labels:
            return operator in ("NotIn", "DoesNotExist")
        return labels[key] > int(value) if operator == "Gt" else str(labels[key]) in value.split(",")

    wanted = nodes(whole={"count": 1, "minComputeCapability": f"{major}.{minor}"})
    assert any(all(holds(*each) for each in term) for term in wanted) == (node >= (major, minor))


@pytest.mark.parametrize(
    ("profile", "label"),
    [("1g.5gb", "NVIDIA-A100-SXM4-40GB-MIG-1g.5gb"), ("1g.5gb+me", "NVIDIA-A100-SXM4-40GB-MIG-1g.5gbme")],
)
def test_slices_that_are_called_gpus_are_told_apart_by_a_label(profile: str, label: str) -> None:
    asked = {"profile": profile, "strategy": "single", "product": "NVIDIA-A100-SXM4-40GB"}
    assert nodes(mig=asked) == [[("nvidia.com/gpu.product", "In", label)]]


@pytest.mark.parametrize(("renamed", "suffix"), [(True, ""), (False, "-SHARED")])
def test_a_share_is_found_by_how_it_is_shared(renamed: bool, suffix: str) -> None:
    assert nodes(shared={"by": "mps", "renamed": renamed, "product": "NVIDIA-L4"}) == [
        [("nvidia.com/gpu.sharing-strategy", "In", "mps"), ("nvidia.com/gpu.product", "In", f"NVIDIA-L4{suffix}")]
    ]


@pytest.mark.parametrize(
    ("asked", "taint"),
    [
        ({"whole": {"count": 1}}, "nvidia.com/gpu"),
        ({"mig": {"profile": "1g.5gb"}}, "nvidia.com/gpu"),
        ({"shared": {"by": "time-slicing"}}, "nvidia.com/gpu"),
        ({"amd": {"count": 1}}, "amd.com/gpu"),
        ({"intel": {"count": 1, "driver": "i915"}}, "gpu.intel.com/i915"),
    ],
)
def test_the_taint_of_gpu_nodes_is_tolerated(asked: dict[str, Any], taint: str) -> None:
    found = gpu.scheduling(Gpu.model_validate(asked))["tolerations"]
    assert found == [{"key": taint, "operator": "Exists", "effect": "NoSchedule"}]


def test_a_runtime_class_is_stated_where_it_is_asked_for() -> None:
    asked = {"whole": {"count": 1}}
    assert "runtimeClassName" not in gpu.scheduling(Gpu.model_validate(asked))
    assert gpu.scheduling(Gpu.model_validate({**asked, "runtimeClass": "nvidia"}))["runtimeClassName"] == "nvidia"


def test_a_bound_of_a_shares_memory_is_a_variable() -> None:
    assert Gpu.model_validate({"shared": {"by": "mps", "memory": "8Gi"}}).variables == {
        "gpu.shared.memory": {"CUDA_MPS_PINNED_DEVICE_MEM_LIMIT": "0=8192M"}
    }


def test_a_fraction_of_the_memory_is_the_variable_that_the_framework_reads() -> None:
    asked = {"whole": {"count": 1}, "memoryFraction": {"variable": "XLA_PYTHON_CLIENT_MEM_FRACTION", "percent": 45}}
    assert Gpu.model_validate(asked).variables == {"gpu.memoryFraction": {"XLA_PYTHON_CLIENT_MEM_FRACTION": "0.45"}}


@pytest.mark.parametrize("product", [name for name, known in PRODUCTS.items() if known.slices])
def test_every_slice_of_a_known_gpu_can_be_asked_for(product: str) -> None:
    for profile in PRODUCTS[product].slices:
        for kind in ("", "+me"):
            Gpu.model_validate({"mig": {"profile": f"{profile}{kind}", "product": product}})


@pytest.mark.parametrize("product", [name for name, known in PRODUCTS.items() if known.slices])
def test_the_slices_of_a_known_gpu_have_no_more_memory_than_it_has(product: str) -> None:
    known = PRODUCTS[product]
    assert all(int(profile.partition("g.")[2].removesuffix("gb")) <= known.memory_gib for profile in known.slices)
