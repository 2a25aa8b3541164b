"""The engine is killed before and after provider calls; the next `slipway up` converges each time.

`make test` takes a sample of the calls, every creating one among them; `make soak` takes them all (`SOAK=1`).
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.support.faults import (
    MOMENTS,
    Call,
    Fault,
    differences,
    manifests_of,
    mended,
    proxied,
    state_of,
    up_with_fault,
)
from tests.support.small_image import build_small
from tests.support.workbench import Workbench, copy_checkout

pytestmark = pytest.mark.timeout(4 * 3600)

SAMPLE = 2
"""How many calls of each scenario a run without `SOAK` takes."""


def chosen(calls: list[Call]) -> list[Call]:
    """All calls when soaking, those that do something first; else an even spread over those."""
    acting = [call for call in calls if call.acts]
    if os.environ.get("SOAK"):
        return [*acting, *(call for call in calls if not call.acts)]
    return acting[:: max(1, len(acting) // SAMPLE)]


def keep(workbench: Workbench, folder: Path) -> None:
    """Put the state and the rendered folder aside, to begin from there again and again."""
    for name in (".state", ".rendered"):
        if (workbench.folder / name).exists():
            shutil.copytree(workbench.folder / name, folder / name)


def restore(workbench: Workbench, folder: Path) -> None:
    """Begin again from what was put aside."""
    for name in (".state", ".rendered"):
        shutil.rmtree(workbench.folder / name, ignore_errors=True)
        if (folder / name).exists():
            shutil.copytree(folder / name, workbench.folder / name)


def change(workbench: Workbench) -> None:
    """Ask for a create, updates, a replacement and deletes at once."""
    stack = workbench.stack_file()
    config = stack["config"]
    config["slipway:environment"]["owner"] = "another-team"
    workloads = config["slipway:workloads"]
    workloads["python-api"]["replicas"] = 2
    workloads["second"] = workloads["python-api"] | {"port": 8001, "extraPorts": []}
    config["slipway:secrets"]["session-key"]["generated"]["length"] = 48
    del config["slipway:secrets"]["spare"]
    workloads["python-api"]["configFiles"]["files"]["app.yaml"] = "colour: green\n"
    workbench.write_stack_file(stack)


def prepare(workbench: Workbench) -> None:
    """Add to the dev stack what a change can then replace and delete; its image builds in a moment."""
    build_small(workbench)
    stack = workbench.stack_file()
    config = stack["config"]
    config["slipway:secrets"] = {"session-key": {"generated": {"length": 32}}, "spare": {"generated": {"length": 32}}}
    workload = config["slipway:workloads"]["python-api"]
    workload["secrets"] = ["session-key"]
    workload["configFiles"] = {"folder": "/etc/python-api", "files": {"app.yaml": "colour: blue\n"}}
    workbench.write_stack_file(stack)


def made_by(workbench: Workbench) -> dict[str, object]:
    """State and manifests as an update has left them."""
    return {"state": state_of(workbench), "manifests": manifests_of(workbench)}


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    folder = tmp_path / "scratch"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("scenario", ["first", "change"])
def test_a_killed_engine_leaves_nothing_that_the_next_up_does_not_mend(
    scenario: str, tmp_path: Path, scratch: Path
) -> None:
    # given a stack, before its first update or before a change, and what an update that nobody kills makes of it
    workbench = copy_checkout(tmp_path / "checkout")
    prepare(workbench)
    begun = workbench.slipway("up", "--stack", "dev", "--yes")
    assert begun.code == 0, begun.text
    if scenario == "first":
        destroyed = workbench.slipway("destroy", "--stack", "dev", "--yes")
        assert destroyed.code == 0, destroyed.text
    else:
        change(workbench)
    start = tmp_path / "start"
    keep(workbench, start)
    environment = proxied(workbench, scratch)
    undisturbed, calls = up_with_fault(workbench, environment)
    assert undisturbed.code == 0, undisturbed.text
    expected = made_by(workbench)

    faults = [Fault("engine", moment, call) for call in chosen(calls) for moment in MOMENTS]
    wrong: list[str] = []
    for number, fault in enumerate(faults, 1):
        # when the engine is killed, and `slipway up` runs
        restore(workbench, start)
        complaint = mended(workbench, environment, fault)
        # then every time the same state and the same manifests
        found = [] if complaint else differences(made_by(workbench), expected)
        print(f"{number} of {len(faults)}: {fault}: {complaint or f'{len(found)} differences'}", flush=True)
        if complaint or found:
            wrong.append(complaint or f"{fault}: {len(found)} differences, first {found[:3]}")
    assert not wrong, "\n".join(wrong)
