"""Engine, provider and Docker daemon are killed around provider calls; the next `slipway up` converges.

Two descriptions of the same stack differ by a create, an update, a replacement and a delete. The stack goes to and fro
between them; on every way something is killed, and `slipway up` is run after it. `make e2e` takes a few of the kills,
`make soak` all of them, before and after every call that does something (`SOAK=1`).
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.docker.engine import Engine
from tests.docker.test_host import daemon
from tests.support.faults import (
    MOMENTS,
    Call,
    Fault,
    Moment,
    Victim,
    differences,
    mended,
    proxied,
    state_of,
    up_with_fault,
)
from tests.support.workbench import CHECKOUT, Workbench, copy_checkout
from toolchain.home import Home

pytestmark = pytest.mark.timeout(2 * 3600)

VICTIMS: tuple[Victim, ...] = ("engine", "provider", "daemon")

Sampled = tuple[Victim, Moment, str, str]
SAMPLE: Mapping[str, tuple[Sampled, ...]] = {
    "green": (("engine", "after", "Create", "web"), ("daemon", "before", "Update", "worker")),
    "blue": (("provider", "after", "Delete", "web"),),
}
"""What a run without `SOAK` takes on the way to each description: whom to kill when, around which call for what."""

Entry = dict[str, Any]


def resources(prefix: str, actor: str, step: str) -> dict[str, Entry]:
    """The resources of one description. The steps are `blue` and `green`."""

    def container(name: str, say: str, memory: int) -> Entry:
        return {
            "kind": "container",
            "after": ["net", "data"],
            "inputs": {
                "name": f"{prefix}-{name}",
                "image": actor,
                "command": ["-serve", f"-say={say}"],
                "memory": memory,
                "readOnly": True,
                "restart": "unless-stopped",
                "capabilities": {"drops": ["ALL"]},
                "securityOpts": ["no-new-privileges"],
                "networksAdvanced": [{"name": f"{prefix}-net"}],
                "volumes": [{"volumeName": f"{prefix}-data", "containerPath": "/data"}],
                "uploads": [{"file": "/data/step", "content": step, "permissions": "0444"}] if name == "web" else [],
            },
        }

    return {
        "net": {"kind": "network", "after": [], "inputs": {"name": f"{prefix}-net", "internal": True}},
        "data": {"kind": "volume", "after": [], "inputs": {"name": f"{prefix}-data"}},
        # One goes, and another one comes.
        step: {"kind": "volume", "after": [], "inputs": {"name": f"{prefix}-{step}"}},
        "web": container("web", step, 32),
        "worker": container("worker", "working", {"blue": 32, "green": 48}[step]),
    }


@dataclass
class Field:
    """The stack, and where it goes next."""

    workbench: Workbench
    engine: Engine
    home: Home
    prefix: str
    actor: str
    environment: dict[str, str]

    def describe(self, step: str) -> None:
        """Have the program declare the resources of a step."""
        listed = resources(self.prefix, self.actor, step)
        (self.workbench.folder / "resources.json").write_text(json.dumps(listed))

    def faulty(self) -> dict[str, str]:
        """The environment of a run that may kill the Docker daemon, as it is now."""
        return self.environment | {"FAULT_DAEMON": str(daemon(self.home))}

    def look(self) -> dict[str, Any]:
        """All that the engine holds of the stack, and what the state says was asked for."""
        held: dict[str, Any] = {}
        for kind, name in sorted(self.engine.names(self.prefix)):
            found = self.engine.inspect(name, kind)
            held[f"{kind} {name}"] = _steady(found) if kind == "container" else found.get("Labels")
        recorded = {urn: one.get("inputs") for urn, one in state_of(self.workbench).items()}
        return {"held": held, "recorded": recorded}


def _steady(found: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "running": found["State"]["Running"],
        "command": found["Config"]["Cmd"],
        "labels": found["Config"]["Labels"],
        "memory": found["HostConfig"]["Memory"],
        "networks": sorted(found["NetworkSettings"]["Networks"]),
        "binds": found["HostConfig"]["Binds"],
    }


@pytest.fixture
def field(engine: Engine, home: Home, prefix: str, actor: str, tmp_path: Path) -> Field:
    """A checkout whose program declares what it is told, not deployed yet."""
    workbench = copy_checkout(tmp_path / "checkout")
    stack = workbench.stack_file()
    stack["config"]["slipway:target"] = {"kind": "docker"}
    image = {"external": {"reference": actor, "reason": "made by these tests"}}
    stack["config"]["slipway:workloads"] = {"unused": {"image": image, "probes": {"command": ["/actor"]}}}
    workbench.write_stack_file(stack)
    shutil.copy(CHECKOUT / "tests" / "docker" / "killed" / "__main__.py", workbench.folder)
    # The policies are for `slipway up`: they see no provider call, and would cost a third of the time of each kill.
    environment = {
        name: value
        for name, value in proxied(workbench, tmp_path / "proxied").items()
        if not name.startswith("PULUMI_OPTION_POLICY")
    }
    return Field(workbench, engine, home, prefix, actor, environment)


def faults(calls: list[Call], step: str) -> list[Fault]:
    """The kills on the way to a step."""
    doing = [call for call in calls if call.method in {"Create", "Update", "Delete"}]
    every = [Fault(victim, moment, call) for call in doing for victim in VICTIMS for moment in MOMENTS]
    if os.environ.get("SOAK"):
        return every
    return [each for each in every if _named(each) in SAMPLE[step]]


def _named(fault: Fault) -> Sampled:
    return fault.victim, fault.moment, fault.call.method, fault.call.subject.rpartition(":")[2]


def test_whoever_is_killed_the_next_up_leaves_exactly_what_is_declared(field: Field) -> None:
    # given what each description comes to when nobody disturbs
    field.describe("blue")
    begun, _ = up_with_fault(field.workbench, field.faulty())
    assert begun.code == 0, begun.text
    expected: dict[str, dict[str, Any]] = {}
    ahead: dict[str, list[Fault]] = {}
    for step in ("green", "blue"):
        field.describe(step)
        done, calls = up_with_fault(field.workbench, field.faulty())
        assert done.code == 0, done.text
        expected[step], ahead[step] = field.look(), faults(calls, step)
        declared = resources(field.prefix, field.actor, step).values()
        assert field.engine.names(field.prefix) == {(one["kind"], one["inputs"]["name"]) for one in declared}

    # when somebody is killed on the way, and `slipway up` is run after it
    wrong: list[str] = []
    kills, at = 0, "blue"
    while any(ahead.values()):
        at = "green" if at == "blue" else "blue"
        field.describe(at)
        if not ahead[at]:
            done = field.workbench.slipway("up", "--stack", "dev", "--yes")
            assert done.code == 0, done.text
            continue
        fault = ahead[at].pop(0)
        complaint = mended(field.workbench, field.faulty(), fault)
        found = [complaint] if complaint else differences(field.look(), expected[at])
        kills += 1
        print(f"{kills}. to {at}: {fault}: {len(found)} differences", flush=True)
        if found:
            wrong.append(f"to {at}, {fault}: {len(found)} differences, first {found[:3]}")

    # then engine and state are as after an update that nobody disturbed
    assert not wrong, "\n".join(wrong)
    assert kills >= sum(map(len, SAMPLE.values()))
