"""A mistake in a stack file stops the real command before anything is brought, started or changed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import yaml

from tests.support.workbench import CHECKOUT, Workbench

BAD = CHECKOUT / "tests" / "bad_stacks"
EXPECTED = yaml.safe_load((BAD / "expected.yaml").read_text(encoding="utf-8"))


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, with its content."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.mark.parametrize("name", ["unclosed-quote", "port-out-of-range", "many-problems-at-once", "secret-in-args"])
def test_a_bad_stack_file_is_told_and_nothing_happens(workbench: Workbench, tmp_path: Path, name: str) -> None:
    # given a bad stack file, a state from before, and a machine on which nothing was brought yet
    shutil.copy(BAD / f"{name}.yaml", workbench.folder / "Pulumi.dev.yaml")
    state = workbench.folder / ".state" / ".pulumi" / "stacks" / "slipway" / "dev.json"
    state.parent.mkdir(parents=True)
    state.write_text('{"version": 3, "checkpoint": {"stack": "organization/slipway/dev"}}')
    before = tree(workbench.folder)
    home = tmp_path / "home"
    # when
    said = workbench.slipway("up", "--stack", "dev", SLIPWAY_HOME=str(home))
    # then every mistake is told on standard error
    assert said.code == 2, said.text
    assert said.out == ""
    assert "Traceback" not in said.err
    for problem in EXPECTED[name]:
        for key in ("found", "allowed", "mend"):
            assert problem[key] in said.err
    # and nothing was brought, started or changed
    assert not home.exists()
    assert tree(workbench.folder) == before
