"""What a model needs of each GPU, and what GPUs have."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.spec.cuda import SINCE, unknown_to
from components.spec.gpu import Gpu
from components.spec.gpu_fit import memory_checks
from components.spec.gpu_memory import BITS, GpuNeed
from components.spec.gpu_products import PRODUCTS

LLAMA_8B = {"parameters": "8B", "dtype": "bfloat16"}
CACHE = {"layers": 32, "heads": 8, "headSize": 128, "tokens": 8192, "batch": 16}


def need(**fields: Any) -> GpuNeed:
    return GpuNeed.model_validate(fields)


def test_weights_are_parameters_times_their_size() -> None:
    # given eight billion parameters of two bytes; then 16 GB
    assert need(weights=LLAMA_8B, overhead="4Mi").each(1) == 16 * 10**9 + 4 * 2**20


def test_a_cache_is_a_key_and_a_value_for_each_layer_head_and_token() -> None:
    # given a model of 32 layers with 8 heads of 128 numbers; then 128 KiB for each token: 16 GiB for 16 times 8192
    found = need(weights=LLAMA_8B, kvCache=CACHE)
    assert found.each(1) - need(weights=LLAMA_8B).each(1) == 16 * 2**30


@given(gpus=st.integers(1, 16), dtype=st.sampled_from(sorted(BITS)), billions=st.integers(1, 999))
def test_gpus_divide_the_weights_and_each_has_an_overhead(gpus: int, dtype: str, billions: int) -> None:
    found = need(weights={"parameters": f"{billions}B", "dtype": dtype}, overhead="1Gi")
    weights = billions * 10**9 * BITS[dtype] // 8  # pyright: ignore[reportArgumentType]  # drawn from its keys

    assert 0 <= found.each(gpus) - 2**30 - weights / gpus < 1


@given(mebibytes=st.integers(4, 2**20), product=st.sampled_from(sorted(PRODUCTS)))
def test_a_stated_figure_is_refused_exactly_if_the_product_has_less(mebibytes: int, product: str) -> None:
    gpu = Gpu.model_validate({"whole": {"count": 1, "product": product}})
    refusals = list(memory_checks(gpu, need(stated=f"{mebibytes}Mi")))

    assert bool(refusals) == (mebibytes * 2**20 > PRODUCTS[product].least_memory)


@pytest.mark.parametrize(
    "asked",
    [
        {"whole": {"count": 1, "product": "NVIDIA-B300"}},
        {"amd": {"count": 1}},
        {"intel": {"count": 1, "driver": "xe"}},
        {"claim": {"exactly": {"deviceClass": "gpu.nvidia.com", "count": 1}}},
    ],
    ids=lambda asked: next(iter(asked)),
)
def test_memory_that_nobody_knows_is_not_compared(asked: dict[str, Any]) -> None:
    assert list(memory_checks(Gpu.model_validate(asked), need(weights=LLAMA_8B))) == []


@given(percent=st.integers(1, 100))
def test_a_fraction_leaves_its_part(percent: int) -> None:
    fraction = {"variable": "FRACTION", "percent": percent}
    whole = PRODUCTS["NVIDIA-L4"].least_memory
    for asked in ({"whole": {"count": 1, "product": "NVIDIA-L4"}}, {"shared": _TURNS}):
        assert Gpu.model_validate({**asked, "memoryFraction": fraction}).memory == whole * percent // 100


_TURNS = {"by": "time-slicing", "product": "NVIDIA-L4"}


@given(cuda=st.tuples(st.integers(9, 14), st.integers(0, 9)), capability=st.sampled_from(sorted(SINCE)))
def test_a_gpu_is_unknown_to_what_came_before_it(cuda: tuple[int, int], capability: tuple[int, int]) -> None:
    if cuda < SINCE[capability]:
        assert "since" in (unknown_to(cuda, capability) or "")
    elif capability > (7, 0):
        assert unknown_to(cuda, capability) is None
