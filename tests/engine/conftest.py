"""What the engine tests share: a private copy of the checkout, and one that has a deployed dev stack."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.workbench import Workbench, copy_checkout


@pytest.fixture
def workbench(tmp_path: Path) -> Workbench:
    """A private copy of the checkout, nothing deployed."""
    return copy_checkout(tmp_path / "checkout")


@pytest.fixture
def deployed(workbench: Workbench) -> Workbench:
    """A private copy of the checkout with the dev stack up."""
    done = workbench.slipway("up", "--stack", "dev")
    assert done.code == 0, done.text
    return workbench
