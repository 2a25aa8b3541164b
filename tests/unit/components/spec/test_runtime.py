"""Runtimes are told the limits of their container."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.spec.resources import Resources
from components.spec.runtime import Runtime, runtime_variables


def resources(cpu: str, memory: str) -> Resources:
    amounts = {"cpu": cpu, "memory": memory, "ephemeralStorage": "1Gi"}
    return Resources.model_validate({"requests": amounts, "limits": amounts})


@pytest.mark.parametrize(
    ("runtime", "expected"),
    [
        ("go", {"GOMAXPROCS": "3", "GOMEMLIMIT": "2764MiB"}),
        ("jvm", {"JAVA_TOOL_OPTIONS": "-XX:ActiveProcessorCount=3 -Xmx2304m", "MALLOC_ARENA_MAX": "2"}),
        (
            "node",
            {"NODE_OPTIONS": "--max-old-space-size=2304", "UV_THREADPOOL_SIZE": "4", "MALLOC_ARENA_MAX": "2"},
        ),
        ("rust", {"TOKIO_WORKER_THREADS": "3", "RAYON_NUM_THREADS": "3", "MALLOC_ARENA_MAX": "2"}),
    ],
)
def test_threads_and_heap_follow_from_the_limits_without_shared_memory(
    runtime: Runtime, expected: dict[str, str]
) -> None:
    assert runtime_variables(runtime, resources("2500m", "4Gi"), "1Gi") == expected


def test_numeric_libraries_start_a_thread_for_each_processor_of_the_container() -> None:
    found = runtime_variables("python", resources("2", "4Gi"))

    assert {found[name] for name in found if name.endswith("THREADS")} == {"2"}


@given(millicores=st.integers(1, 64_000), mebibytes=st.integers(8, 512 * 1024))
def test_no_heap_reaches_the_limit_and_no_runtime_is_without_a_thread(millicores: int, mebibytes: int) -> None:
    found = resources(f"{millicores}m", f"{mebibytes}Mi")
    go, node = runtime_variables("go", found), runtime_variables("node", found)

    assert int(node["NODE_OPTIONS"].rpartition("=")[2]) < int(go["GOMEMLIMIT"].removesuffix("MiB")) + 1 <= mebibytes
    assert millicores <= int(go["GOMAXPROCS"]) * 1000 < millicores + 1000
