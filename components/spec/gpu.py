"""GPUs of a workload: whole devices, by count and product."""

import re
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from components.spec.base import Spec
from components.spec.refusal import Refusal, refused

RESOURCE = "nvidia.com/gpu"
"""The extended resource that NVIDIA's device plugin offers for whole GPUs."""

PRODUCT_LABEL = "nvidia.com/gpu.product"
"""The node label that NVIDIA's feature discovery sets."""

_PRODUCT = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?")


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 16:
        raise refused(
            Refusal(
                allowed="a whole number of GPUs from 1 to 16 (what one node holds); a GPU cannot be divided here",
                mend="write for example `count: 1`",
            )
        )
    return value


def _product(text: str) -> str:
    if not _PRODUCT.fullmatch(text):
        raise refused(
            Refusal(
                allowed=f"a product as the node label `{PRODUCT_LABEL}` writes it, with `-` for spaces",
                mend=f"write for example `NVIDIA-A100-SXM4-80GB`; `kubectl get nodes -L {PRODUCT_LABEL}` lists them",
            )
        )
    return text


class Gpu(Spec):
    """Whole NVIDIA GPUs."""

    count: Annotated[
        int,
        BeforeValidator(_whole),
        Field(examples=[1]),
        WithJsonSchema({"type": "integer", "minimum": 1, "maximum": 16}),
    ]
    """GPUs of each pod."""

    product: Annotated[str, AfterValidator(_product), Field(examples=["NVIDIA-A100-SXM4-80GB"])] | None = None
    """The GPU model that nodes must have; left out, any."""
