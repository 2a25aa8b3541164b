"""What a program written in Go has to be told of its container's limits, which it does not see by itself."""

from decimal import ROUND_CEILING

from components.spec.resources import Resources
from policies.values.quantity import parse_quantity

_HEAP_SHARE = 9, 10
"""Of the memory limit: the garbage collector works harder near it, and the rest is for what it does not count."""


def go_env(resources: Resources) -> dict[str, str]:
    """Variables: as many threads at work as processors may be used, and a heap that stays below the memory limit."""
    part, whole = _HEAP_SHARE
    mebibytes = int(parse_quantity(resources.limits.memory)) * part // whole // 2**20
    processors = int(parse_quantity(resources.limits.cpu).to_integral_value(ROUND_CEILING))
    return {"GOMAXPROCS": str(processors), "GOMEMLIMIT": f"{mebibytes}MiB"}
