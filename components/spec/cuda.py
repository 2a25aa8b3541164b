"""Versions of CUDA and compute capabilities: which of them work with each other.

A program needs a driver that knows its version of CUDA, and a version of CUDA that knows the GPU: NVIDIA's release
notes (https://docs.nvidia.com/cuda/cuda-toolkit-release-notes/) say since when, and until when, each GPU is known.
"""

import re
from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, Field

from components.spec.refusal import Refusal, refused

Version = tuple[int, int]
"""Major and minor."""

_CUDA = re.compile(r"(9|1[0-9])\.[0-9]")

SINCE: Mapping[Version, Version] = {
    (7, 0): (9, 0),
    (7, 5): (10, 0),
    (8, 0): (11, 0),
    (8, 6): (11, 1),
    (8, 9): (11, 8),
    (9, 0): (11, 8),
    (10, 0): (12, 8),
    (12, 0): (12, 8),
}
"""Compute capability → the first version of CUDA that knows it."""

UNTIL: Mapping[Version, Version] = {(7, 0): (12, 9)}
"""Compute capability → the last version of CUDA that knows it, for those that are given up."""


def _cuda(text: str) -> str:
    if not _CUDA.fullmatch(text):
        raise refused(
            Refusal(
                allowed="a version of CUDA, major and minor: `12.4`",
                mend='write for example `"12.4"`, in quotes; the image\'s variable `CUDA_VERSION` has it',
            )
        )
    return text


CudaVersion = Annotated[str, AfterValidator(_cuda), Field(examples=["12.4"])]
"""A version of CUDA."""


def version(text: str) -> Version:
    """The two numbers of a version or a capability that was checked."""
    major, minor = text.split(".")
    return int(major), int(minor)


def version_text(value: Version) -> str:
    """A version as NVIDIA writes it."""
    return f"{value[0]}.{value[1]}"


def unknown_to(cuda: Version, capability: Version) -> str | None:
    """Why a version of CUDA does not work on GPUs of a capability, or None if it does, or nobody here knows."""
    known = [each for each in SINCE if each <= capability]
    if known and cuda < SINCE[max(known)]:
        return f"known since CUDA {version_text(SINCE[max(known)])}"
    if capability in UNTIL and cuda > UNTIL[capability]:
        return f"known until CUDA {version_text(UNTIL[capability])}"
    return None
