"""What things cost, as somebody states it: slipway knows no prices of its own."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator, Field, WithJsonSchema

from components.spec.checked import Checked, Checks
from components.spec.refusal import Refusal
from components.spec.values import matching, read_decimal

_MOST = Decimal(1_000_000)
_OTHERWISE = Refusal(
    allowed=f"a price from 0 to {_MOST}, in the units of `currency`",
    mend="write for example `0.04`, and `0` for what costs nothing",
)


def _price(value: object) -> str:
    return read_decimal(value, Decimal(0), _MOST, _OTHERWISE)


Price = Annotated[
    str, BeforeValidator(_price), WithJsonSchema({"type": ["string", "number"], "examples": [0.04, "0.04"]})
]
"""An amount of money, kept as it was written: 0.1 has no exact binary fraction."""

Currency = Annotated[
    str, matching(re.compile("[A-Z]{3}"), 3, "a currency's three letters (ISO 4217)", "EUR"), Field(examples=["EUR"])
]
"""A currency."""

GpuName = Annotated[
    str,
    matching(
        re.compile(r"[A-Za-z0-9][-A-Za-z0-9_.+]*(/[A-Za-z0-9][-A-Za-z0-9_.+]*)?"),
        128,
        "a product, a product with `/` and a MIG profile or `shared`, a resource, or a device class",
        "NVIDIA-L4",
    ),
]
"""What a GPU, a slice or a share is called in a table of prices."""


class Prices(Checked):
    """A table of prices; what it leaves out is told as not priced."""

    currency: Currency
    """Of all prices."""

    cpu_hour: Price | None = None
    """A core for an hour."""

    memory_hour: Price | None = None
    """A gibibyte of memory for an hour."""

    storage_month: Price | None = None
    """A gibibyte of a volume for a month."""

    gpu_hour: Annotated[Mapping[GpuName, Price], Field(examples=[{"NVIDIA-L4": 0.8}])] = {}
    """A GPU, a slice or a share for an hour, by its name."""

    def checks(self) -> Checks:
        """Something has a price."""
        yield self._something()

    def _something(self) -> Iterator[Refusal]:
        if not self.gpu_hour and {self.cpu_hour, self.memory_hour, self.storage_month} == {None}:
            yield Refusal(
                found="no price at all",
                allowed="one price at least",
                mend="write for example `cpuHour: 0.04`, or remove `slipway:prices`",
            )
