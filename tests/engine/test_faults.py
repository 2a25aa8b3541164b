"""What goes wrong around a run: each fault gives one message with its mend, half-changes nothing, and the next
`slipway up` converges.

The services that are killed here belong to a machine of the tests' own.
"""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import threading
import uuid
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.support.background import up_in_background
from tests.support.faults import differences, manifests_of, state_of
from tests.support.private_machine import private_machine
from tests.support.small_disk import fill, small_disk
from tests.support.small_image import build_small
from tests.support.waiting import eventually
from tests.support.workbench import Result, Workbench, copy_checkout
from tests.unit.toolchain.sites import Answer, Request, served
from toolchain.home import Home

PASSWORD = "planted-registry-password"
PASSPHRASE = {"PULUMI_CONFIG_PASSPHRASE": "the passphrase of qa"}

PATIENCE_S = 300.0
"""How long a run may take to come to its build, on a busy machine."""


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Generator[dict[str, str]]:
    """The variables of a machine whose services may be killed."""
    with private_machine(tmp_path_factory.mktemp("m"), Home.from_environment()) as variables:
        yield variables


@pytest.fixture(scope="module")
def seed(machine: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Workbench:
    """A checkout with two stacks that are up: `dev`, and `qa`, whose passphrase is not published."""
    workbench = Workbench(copy_checkout(tmp_path_factory.mktemp("seed") / "checkout").folder, dict(machine))
    build_small(workbench)
    stack = workbench.stack_file()
    config = stack["config"]
    config["slipway:registry"]["credentials"] = {"username": "ci", "password": "registry-password"}
    config["slipway:secrets"] = {"registry-password": {"fromConfig": {"key": "registryPassword"}}}
    workbench.write_stack_file(stack)
    qa = json.loads(json.dumps(stack))
    del qa["encryptionsalt"]
    qa["config"]["slipway:target"]["folder"] = ".rendered/qa"
    workbench.write_stack_file(qa, "qa")
    policies = workbench.folder / "policies" / "config"
    shutil.copy(policies / "dev.json", policies / "qa.json")
    steps = [workbench.slipway("stack", "init", "qa", "--secrets-provider", "passphrase", **PASSPHRASE)]
    for name, extra in (("dev", {}), ("qa", PASSPHRASE)):
        environment = workbench.environment(name) | extra
        setting = ["pulumi", "config", "set", "--secret", "--stack", name, "slipway:registryPassword"]
        steps += [workbench.run(setting, environment, said=PASSWORD), workbench.slipway("up", "-s", name, **extra)]
    assert not [step.text for step in steps if step.code]
    return workbench


@pytest.fixture
def deployed(seed: Workbench, tmp_path: Path) -> Workbench:
    """A copy of that checkout, to break."""
    shutil.copytree(seed.folder, tmp_path / "checkout", symlinks=True)
    return Workbench(tmp_path / "checkout", dict(seed.extra))


@dataclass(frozen=True)
class Made:
    """What a stack is made of: resources in its state, and rendered folder.

    Components are left out: what they output is a description that was read, and nothing that was made.
    """

    state: dict[str, Any]
    manifests: dict[str, str]

    @classmethod
    def of(cls, workbench: Workbench) -> Made:
        state = {urn: resource for urn, resource in state_of(workbench).items() if resource["custom"]}
        return cls(state, manifests_of(workbench))


def up(workbench: Workbench, stack: str = "dev", **extra: str) -> Result:
    return workbench.slipway("up", "--stack", stack, **extra)


def change_source(workbench: Workbench, step: str = "") -> None:
    """Give the next `up` something to build, with a build step if one is wanted."""
    build_small(workbench, step)
    file = workbench.folder / "images" / "python-api" / "pyproject.toml"
    file.write_text(file.read_text() + f"# {uuid.uuid4()}\n")


@dataclass(frozen=True)
class Held:
    """A build step that is held up.

    Attributes:
        step: The step.
        begun: Set when a build has come to it.
        released: Set when builds may go on.
    """

    step: str
    begun: threading.Event
    released: threading.Event


@contextlib.contextmanager
def held_step() -> Generator[Held]:
    """A build step that asks this test whether it may go on; builds share the machine's network."""
    begun, released = threading.Event(), threading.Event()

    def answer(_: Request) -> Answer:
        begun.set()
        released.wait(PATIENCE_S)
        return Answer(200)

    with served(answer) as port:
        step = f"import urllib.request; urllib.request.urlopen('http://127.0.0.1:{port}/{uuid.uuid4()}').close()"
        try:
            yield Held(step, begun, released)
        finally:
            released.set()


def told(said: Result, cause: str) -> None:
    """The command failed with one message, which names the cause and the mend."""
    assert said.code in (1, 2), said.text
    assert "Traceback" not in said.text
    messages = [part for part in said.err.split("\n") if part.startswith("error: ")]
    assert len(messages) == 1, said.text
    message = said.err[said.err.index("error: ") :]
    assert cause in message, said.text
    assert "mend: " in message, said.err
    assert PASSWORD not in said.text


def unchanged(workbench: Workbench, before: Made) -> None:
    """No resource differs from before, and no file of the rendered folder."""
    now = Made.of(workbench)
    assert not differences(now.state, before.state)
    assert now.manifests == before.manifests


def converges(workbench: Workbench, stack: str = "dev", **extra: str) -> None:
    """The next `up` goes well."""
    done = up(workbench, stack, **extra)
    assert done.code == 0, done.text


def settles(workbench: Workbench) -> None:
    """The next `up` goes well, and after it there is nothing to do."""
    converges(workbench)
    again = up(workbench)
    assert again.code == 0, again.text
    last = again.out.rstrip().rpartition("\n")[2]
    assert re.match(r"\d+ unchanged in ", last), again.text


def kill_buildkit(machine: dict[str, str]) -> None:
    """Kill BuildKit as the system would for want of memory, and see it gone."""
    record = json.loads((Path(machine["SLIPWAY_HOME"]) / "run" / "buildkitd.json").read_text())
    process = psutil.Process(record["pid"])
    process.kill()
    assert eventually(lambda: not process.is_running() or process.status() == psutil.STATUS_ZOMBIE)


def test_a_killed_buildkit_is_brought_back_by_the_next_up(deployed: Workbench, machine: dict[str, str]) -> None:
    change_source(deployed)
    kill_buildkit(machine)
    converges(deployed)


def test_a_buildkit_that_dies_in_the_middle_of_a_build_is_named(deployed: Workbench, machine: dict[str, str]) -> None:
    # given a build that takes its time
    before = Made.of(deployed)
    with held_step() as held:
        change_source(deployed, held.step)
        # when BuildKit is killed in the middle of it
        with up_in_background(deployed) as end:
            assert held.begun.wait(PATIENCE_S), end().text
            kill_buildkit(machine)
            said = end()
        # then it is named, and the next `up` does all of it
        told(said, "BuildKit does not answer.")
        unchanged(deployed, before)
        held.released.set()
        settles(deployed)


def test_a_stack_that_is_worked_on_is_left_alone(deployed: Workbench) -> None:
    # given an `up` in the middle of a build
    with held_step() as held:
        change_source(deployed, held.step)
        with up_in_background(deployed) as end:
            assert held.begun.wait(PATIENCE_S), end().text
            # when another comes
            said = up(deployed)
            held.released.set()
            first = end()
        # then it leaves, and the first ends well
        told(said, "is being worked on by process")
        assert first.code == 0, first.text
        converges(deployed)


def test_a_wrong_passphrase_is_named(deployed: Workbench) -> None:
    said = up(deployed, "qa", PULUMI_CONFIG_PASSPHRASE="another")
    told(said, "The passphrase is not the one this stack's secrets were encrypted with.")
    converges(deployed, "qa", **PASSPHRASE)


def state_file(workbench: Workbench, stack: str) -> Path:
    return workbench.folder / ".state" / ".pulumi" / "stacks" / "slipway" / f"{stack}.json"


def cut_short(file: Path) -> None:
    """Leave the first half of a file, and no backup beside it."""
    content = file.read_bytes()
    file.write_bytes(content[: len(content) // 2])


def test_a_state_that_was_cut_short_is_put_back_for_dev(deployed: Workbench) -> None:
    before = Made.of(deployed)
    cut_short(state_file(deployed, "dev"))
    said = up(deployed)
    assert said.code == 0, said.text
    assert "recovered: put the last whole state in the place of a damaged one" in said.err
    unchanged(deployed, before)
    settles(deployed)


def test_a_state_that_was_cut_short_is_for_a_person_to_put_back_elsewhere(deployed: Workbench) -> None:
    # given
    file = state_file(deployed, "qa")
    cut_short(file)
    damaged = file.read_bytes()
    # when
    said = up(deployed, "qa", **PASSPHRASE)
    # then nothing was touched, and what the message says helps
    told(said, "the state of stack 'qa' cannot be read")
    assert file.read_bytes() == damaged
    command = said.err[said.err.index("cp '") :].partition(" (")[0]
    assert deployed.run(["sh", "-c", command]).code == 0
    converges(deployed, "qa", **PASSPHRASE)


@pytest.fixture
def disk(deployed: Workbench, tmp_path: Path) -> Generator[Path]:
    """The stack's state on a small disk of its own."""
    state = deployed.folder / ".state"
    state.rename(tmp_path / "state")
    state.mkdir()
    with small_disk(state):
        shutil.copytree(tmp_path / "state", state, dirs_exist_ok=True)
        yield state


def test_a_full_disk_is_named_before_anything_is_changed(deployed: Workbench, disk: Path) -> None:
    before = Made.of(deployed)
    ballast = fill(disk)
    said = up(deployed)
    told(said, "the disk is full")
    ballast.unlink()
    unchanged(deployed, before)
    converges(deployed)


def test_a_disk_that_fills_up_during_a_run_costs_nothing_but_the_run(deployed: Workbench, disk: Path) -> None:
    # The engine tries to write its state for most of a minute before it gives up.
    # given a run that is in the middle of a build when its disk fills up
    with held_step() as held:
        change_source(deployed, held.step)
        with up_in_background(deployed) as end:
            assert held.begun.wait(PATIENCE_S), end().text
            ballast = fill(disk)
            held.released.set()
            said = end()
        # then it does not say that it went well
        told(said, "The disk is full.")
        # and with room again, the next one converges
        ballast.unlink()
        settles(deployed)
