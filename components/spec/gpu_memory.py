"""What a model needs of a GPU's memory, and whether the GPU that is asked for has it."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from components.spec import defaults
from components.spec.base import Spec
from components.spec.checked import Checked, Checks, exactly_one
from components.spec.refusal import Refusal, refused
from components.spec.values import Memory, bytes_text
from policies.values.quantity import parse_quantity

DataType = Literal["float32", "bfloat16", "float16", "float8", "int8", "int4"]
"""How a number is kept."""

BITS: Mapping[DataType, int] = {"float32": 32, "bfloat16": 16, "float16": 16, "float8": 8, "int8": 8, "int4": 4}
"""Bits of a number."""

_COUNT = re.compile(r"([1-9][0-9]{0,3}(?:\.[0-9]{1,3})?)([MBT])")
_SCALE = {"M": 10**6, "B": 10**9, "T": 10**12}


def _parameters(text: str) -> str:
    if not _COUNT.fullmatch(text):
        raise refused(
            Refusal(
                allowed="a number of parameters, in millions, billions or trillions: `350M`, `8B`, `1.5T`",
                mend="write for example `8B`",
            )
        )
    return text


Parameters = Annotated[str, AfterValidator(_parameters), Field(examples=["8B"])]
"""How many parameters a model has."""

Positive = Annotated[int, Field(ge=1, le=100_000_000)]
"""A whole number that a model's configuration states."""


class KvCache(Spec):
    """Keys and values of the tokens under way, from the figures of a model's `config.json`."""

    layers: Annotated[Positive, Field(examples=[32])]
    """Layers (`num_hidden_layers`)."""

    heads: Annotated[Positive, Field(examples=[8])]
    """Heads of keys and values (`num_key_value_heads`)."""

    head_size: Annotated[Positive, Field(examples=[128])]
    """Numbers of a head (`head_dim`)."""

    tokens: Annotated[Positive, Field(examples=[8192])]
    """Tokens of the longest request, with its answer."""

    batch: Annotated[Positive, Field(examples=[16])]
    """Requests at once."""

    dtype: DataType = "bfloat16"
    """How a number of the cache is kept."""

    @property
    def size(self) -> int:
        """Bytes: a key and a value for each layer, head and token."""
        numbers = 2 * self.layers * self.heads * self.head_size * self.tokens * self.batch
        return numbers * BITS[self.dtype] // 8


class Weights(Spec):
    """Parameters, and how each of them is kept in the GPU."""

    parameters: Parameters
    """How many there are."""

    dtype: Annotated[DataType, Field(examples=["bfloat16"])]
    """How each is kept."""

    @property
    def size(self) -> int:
        """Bytes."""
        count, scale = self.parameters[:-1], self.parameters[-1]
        return int(Decimal(count) * _SCALE[scale]) * BITS[self.dtype] // 8


class GpuNeed(Checked):
    """Memory of all GPUs of a pod: a `stated` figure, or `weights` with what they work on."""

    stated: Annotated[Memory, Field(examples=["18Gi"])] | None = None
    """Measured, everything included."""

    weights: Weights | None = None
    """Computed from the parameters."""

    kv_cache: KvCache | None = None
    """The cache of a model that writes text. Only with `weights`."""

    overhead: Annotated[Memory, Field(examples=["1Gi"])] | None = None
    """For each GPU: its context, kernels and activations; left out, 1Gi and a tenth of the weights. Only with
    `weights`."""

    def checks(self) -> Checks:
        """Stated, or computed."""
        yield exactly_one(self, ("stated", "weights"), "exactly one of `stated` and `weights`", "keep the one you know")
        yield self._nothing_beside_a_figure()

    def _nothing_beside_a_figure(self) -> Iterator[Refusal]:
        for key, part in (("kvCache", self.kv_cache), ("overhead", self.overhead)):
            if self.stated and part is not None:
                yield Refusal(
                    at=(key,),
                    found=f"`{key}`, beside `stated`",
                    allowed="a stated figure that includes everything, or `weights` and what is added to them",
                    mend=f"remove `{key}`, or write `weights` in place of `stated`",
                )

    def each(self, gpus: int) -> int:
        """Bytes of each of a pod's GPUs: weights and cache are divided among them, the overhead is not."""
        if self.stated:
            return -(-int(parse_quantity(self.stated)) // gpus)
        if self.weights is None:
            raise AssertionError("validated: stated or computed")
        shared = self.weights.size + (self.kv_cache.size if self.kv_cache else 0)
        return -(-shared // gpus) + self._overhead(gpus)

    def _overhead(self, gpus: int) -> int:
        if self.overhead:
            return int(parse_quantity(self.overhead))
        weights = self.weights.size if self.weights else 0
        return int(parse_quantity(defaults.GPU_OVERHEAD)) + weights // gpus // 10

    def parts(self, gpus: int) -> str:
        """What it is made of, for messages: each part with its size."""
        if self.weights is None:
            return "as stated"
        cache = f" + {bytes_text(self.kv_cache.size)} of KV cache" if self.kv_cache else ""
        over = f", over {gpus} GPUs" if gpus > 1 else ""
        return (
            f"{bytes_text(self.weights.size)} of weights ({self.weights.parameters} of {self.weights.dtype}){cache}"
            f"{over}, and {bytes_text(self._overhead(gpus))} of overhead"
        )


def divided_checks(need: GpuNeed, gpus: int) -> Iterator[Refusal]:
    """The heads of a cache can be divided among a pod's GPUs."""
    heads = need.kv_cache.heads if need.kv_cache else gpus
    if heads % gpus and gpus % heads:
        yield Refusal(
            at=("model", "gpuMemory", "kvCache", "heads"),
            found=f"{heads}, over {gpus} GPUs",
            allowed="a number of heads that the GPUs divide evenly, or that divides them",
            mend=f"ask for a number of GPUs such as {next(n for n in range(gpus, 0, -1) if heads % n == 0)}",
        )
