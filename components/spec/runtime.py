"""What a program's runtime has to be told of its container's limits, which it does not see by itself.

Without it a numeric library starts a thread for each processor of the node, and a heap grows until the container is
killed. The variables are in https://nodejs.org/api/cli.html, https://www.openmp.org/specifications,
https://pkg.go.dev/runtime and the manual of glibc's allocator (`mallopt`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING
from typing import Literal

from components.spec.resources import Resources
from policies.values.quantity import parse_quantity

Runtime = Literal["go", "jvm", "node", "python", "rust"]
"""What a program runs on."""

GO_HEAP = 9, 10
"""Of the memory: the garbage collector works harder near it, and the rest is for what it does not count."""

NODE_HEAP = 3, 4
"""Of the memory: buffers, code and stacks are outside the heap of V8."""

JVM_HEAP = 3, 4
"""Of the memory: metaspace, threads and direct buffers are outside the heap."""

ARENAS = "2"
"""Arenas of glibc's allocator: eight for each processor of the node, its default, keep freed memory from each other."""

LEAST_POOL = 4
"""Threads that Node keeps for files and names; its own default."""


@dataclass(frozen=True)
class _Limits:
    """What the container may use: whole processors, rounded up, and bytes of memory that are not `/dev/shm`."""

    processors: int
    memory: int

    def mebibytes(self, share: tuple[int, int]) -> int:
        part, whole = share
        return self.memory * part // whole // 2**20


def _go(limits: _Limits) -> dict[str, str]:
    return {"GOMAXPROCS": str(limits.processors), "GOMEMLIMIT": f"{limits.mebibytes(GO_HEAP)}MiB"}


def _jvm(limits: _Limits) -> dict[str, str]:
    heap = f"-XX:ActiveProcessorCount={limits.processors} -Xmx{limits.mebibytes(JVM_HEAP)}m"
    return {"JAVA_TOOL_OPTIONS": heap, "MALLOC_ARENA_MAX": ARENAS}


def _node(limits: _Limits) -> dict[str, str]:
    return {
        "NODE_OPTIONS": f"--max-old-space-size={limits.mebibytes(NODE_HEAP)}",
        "UV_THREADPOOL_SIZE": str(max(LEAST_POOL, limits.processors)),
        "MALLOC_ARENA_MAX": ARENAS,
    }


def _python(limits: _Limits) -> dict[str, str]:
    threads = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_MAX_THREADS")
    return {**dict.fromkeys(threads, str(limits.processors)), "MALLOC_ARENA_MAX": ARENAS}


def _rust(limits: _Limits) -> dict[str, str]:
    threads = str(limits.processors)
    return {"TOKIO_WORKER_THREADS": threads, "RAYON_NUM_THREADS": threads, "MALLOC_ARENA_MAX": ARENAS}


_VARIABLES: Mapping[Runtime, Callable[[_Limits], dict[str, str]]] = {
    "go": _go,
    "jvm": _jvm,
    "node": _node,
    "python": _python,
    "rust": _rust,
}


def runtime_variables(runtime: Runtime, resources: Resources, shm_size: str | None = None) -> dict[str, str]:
    """Threads, allocator and heap of a runtime, by the limits of its container.

    Args:
        runtime: what the program runs on.
        resources: its container's; the limits count.
        shm_size: the size of `/dev/shm`, which counts against the memory limit.
    """
    processors = parse_quantity(resources.limits.cpu).to_integral_value(ROUND_CEILING)
    memory = parse_quantity(resources.limits.memory) - (parse_quantity(shm_size) if shm_size else 0)
    return _VARIABLES[runtime](_Limits(int(processors), int(memory)))
