"""What a Docker daemon that was killed has left is told from what belongs to the host."""

from __future__ import annotations

from pathlib import Path

import pytest

from toolchain.docker_host.node import remains


@pytest.mark.parametrize(
    ("stat", "left"),
    [
        ("7 (relay.py) S 1 5 5 0", False),
        ("7 (containerd-shim) S 1 7 7 0", True),
        ("7 (a) S 1 5 (b)) S 1 7 7 0", True),
        ("7 (containerd) Z 1 7 7 0", False),
    ],
    ids=["of-a-part", "of-none", "with-a-misleading-name", "dead"],
)
def test_a_process_in_no_parts_group_is_left_over(tmp_path: Path, stat: str, left: bool):
    for pid, text in {"1": "1 (python) S 0 1 1 0", "7": stat}.items():
        (tmp_path / pid).mkdir()
        (tmp_path / pid / "stat").write_text(text)

    assert remains({0, 5}, tmp_path) == ([7] if left else [])


def test_a_process_that_ends_meanwhile_is_none(tmp_path: Path):
    (tmp_path / "7").mkdir()

    assert remains({5}, tmp_path) == []
