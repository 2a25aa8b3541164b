"""The words in which GPUs are asked for: counts, products, capabilities and profiles."""

import re
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from components.spec.refusal import Refusal, refused

PRODUCT_LABEL = "nvidia.com/gpu.product"
"""The node label that NVIDIA's feature discovery sets."""

MOST = 16
"""What one node holds: the largest servers of today."""


_PRODUCT = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?")
_CAPABILITY = re.compile(r"([1-9][0-9]?)\.([0-9])")
_PROFILE = re.compile(r"[12347]g\.[1-9][0-9]{0,2}gb([+-]me(\.all)?|\+gfx)?")


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MOST:
        raise refused(
            Refusal(
                allowed=f"a whole number of GPUs from 1 to {MOST} (what one node holds)",
                mend="write for example `count: 1`; for a part of one, ask for `mig` or `shared`",
            )
        )
    return value


Count = Annotated[
    int,
    BeforeValidator(_whole),
    Field(examples=[1]),
    WithJsonSchema({"type": "integer", "minimum": 1, "maximum": MOST}),
]
"""GPUs of a pod."""


def _like(pattern: re.Pattern[str], allowed: str, mend: str) -> AfterValidator:
    """Refuses a text that the pattern does not match whole."""

    def check(text: str) -> str:
        if not pattern.fullmatch(text):
            raise refused(Refusal(allowed=allowed, mend=mend))
        return text

    return AfterValidator(check)


Product = Annotated[
    str,
    _like(
        _PRODUCT,
        f"a product as the node label `{PRODUCT_LABEL}` writes it, with `-` for spaces",
        f"write for example `NVIDIA-A100-SXM4-80GB`; `kubectl get nodes -L {PRODUCT_LABEL}` lists them",
    ),
    Field(examples=["NVIDIA-A100-SXM4-80GB"]),
]
"""A GPU model, by its node label."""


Capability = Annotated[
    str,
    _like(
        _CAPABILITY,
        "a compute capability, as NVIDIA writes it: `8.0`",
        'write for example `"8.0"` (A100), `"8.9"` (L4, L40S) or `"9.0"` (H100), in quotes',
    ),
    Field(examples=["8.0"]),
]
"""What a GPU can compute, by NVIDIA's number."""

Profile = Annotated[
    str,
    _like(
        _PROFILE,
        "a MIG profile: 1, 2, 3, 4 or 7 compute slices and the memory, and perhaps `+me`: `1g.10gb`",
        "write one that `nvidia-smi mig -lgip` lists on the node, for example `3g.40gb`",
    ),
    Field(examples=["3g.40gb"]),
]
"""A size of slices."""


def plain_profile(profile: str) -> str:
    """A profile without what it has beside compute and memory: `1g.10gb` of `1g.10gb+me`."""
    return re.split("[+-]", profile)[0]
