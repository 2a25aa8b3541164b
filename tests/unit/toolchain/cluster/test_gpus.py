from pathlib import Path

import pytest

from toolchain.cluster.gpus import PRODUCTS, add_gpus, labels
from toolchain.errors import ToolchainError


def test_a_node_is_labelled_as_feature_discovery_labels_it() -> None:
    found = labels(4, "NVIDIA-A100-SXM4-80GB")

    expected = {"product": "NVIDIA-A100-SXM4-80GB", "count": "4", "memory": "81920"}
    expected |= {"family": "ampere", "compute.major": "8", "compute.minor": "0", "present": "true"}
    assert expected.items() <= {name.removeprefix("nvidia.com/gpu."): value for name, value in found.items()}.items()


@pytest.mark.parametrize("product", PRODUCTS)
def test_every_label_is_one_that_kubernetes_takes(product: str) -> None:
    assert all(isinstance(value, str) and len(value) <= 63 for value in labels(1, product).values())


def test_an_unknown_product_is_refused_with_those_known() -> None:
    with pytest.raises(ToolchainError, match=r"'Voodoo2'(.|\n)*NVIDIA-L4"):
        labels(1, "Voodoo2")


def test_fewer_than_none_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ToolchainError, match="cannot have -1 GPUs"):
        add_gpus(tmp_path / "unread", -1)
