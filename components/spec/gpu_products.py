"""NVIDIA's data-centre GPUs: the memory of each and how it can be cut.

The names are those of the node label `nvidia.com/gpu.product`; a GPU that is not here can be asked for as well, and is
checked less. Memory is NVIDIA's nominal figure. Slices are those of the MIG user guide
(https://docs.nvidia.com/datacenter/tesla/mig-user-guide/), without their `+me` and `+gfx` forms.
"""

from collections.abc import Mapping
from dataclasses import dataclass

USABLE = 93
"""Percent of the nominal memory that drivers report at least: GDDR with error correction keeps a sixteenth (an L4 of 24
GB reports 23034 MiB, a T4 of 16 GB 15360 MiB), HBM next to nothing."""

SLICE_USABLE = 92
"""The same of a slice: `1g.5gb` has 4864 MiB, and `1g.10gb` 9728 MiB."""


@dataclass(frozen=True)
class GpuProduct:
    """One model of GPU.

    Attributes:
        memory_gib: its memory, in GiB.
        capability: what it can compute, by NVIDIA's number.
        slices: the MIG profiles it can be cut into; none if it cannot be cut.
    """

    memory_gib: int
    capability: tuple[int, int]
    slices: tuple[str, ...] = ()

    @property
    def least_memory(self) -> int:
        """Bytes that its driver reports at least."""
        return self.memory_gib * 2**30 * USABLE // 100


_SLICES_24 = ("1g.6gb", "2g.12gb", "4g.24gb")
_SLICES_40 = ("1g.5gb", "1g.10gb", "2g.10gb", "3g.20gb", "4g.20gb", "7g.40gb")
_SLICES_80 = ("1g.10gb", "1g.20gb", "2g.20gb", "3g.40gb", "4g.40gb", "7g.80gb")
_SLICES_94 = ("1g.12gb", "1g.24gb", "2g.24gb", "3g.47gb", "4g.47gb", "7g.94gb")
_SLICES_141 = ("1g.18gb", "1g.35gb", "2g.35gb", "3g.71gb", "4g.71gb", "7g.141gb")

PRODUCTS: Mapping[str, GpuProduct] = {
    "Tesla-T4": GpuProduct(16, (7, 5)),
    "Tesla-V100-SXM2-16GB": GpuProduct(16, (7, 0)),
    "Tesla-V100-SXM2-32GB": GpuProduct(32, (7, 0)),
    "NVIDIA-A10": GpuProduct(24, (8, 6)),
    "NVIDIA-A10G": GpuProduct(24, (8, 6)),
    "NVIDIA-L4": GpuProduct(24, (8, 9)),
    "NVIDIA-L40": GpuProduct(48, (8, 9)),
    "NVIDIA-L40S": GpuProduct(48, (8, 9)),
    "NVIDIA-A30": GpuProduct(24, (8, 0), _SLICES_24),
    "NVIDIA-A100-PCIE-40GB": GpuProduct(40, (8, 0), _SLICES_40),
    "NVIDIA-A100-SXM4-40GB": GpuProduct(40, (8, 0), _SLICES_40),
    "NVIDIA-A100-80GB-PCIe": GpuProduct(80, (8, 0), _SLICES_80),
    "NVIDIA-A100-SXM4-80GB": GpuProduct(80, (8, 0), _SLICES_80),
    "NVIDIA-H100-PCIe": GpuProduct(80, (9, 0), _SLICES_80),
    "NVIDIA-H100-80GB-HBM3": GpuProduct(80, (9, 0), _SLICES_80),
    "NVIDIA-H100-NVL": GpuProduct(94, (9, 0), _SLICES_94),
    "NVIDIA-H200": GpuProduct(141, (9, 0), _SLICES_141),
}
