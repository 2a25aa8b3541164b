"""A registry that fails while a stack is brought up through the whole supply chain: nothing that runs is changed, one
message says why, and the next `slipway up` makes what it would have made without the fault.

`make test` takes a sample of the table; `make soak` takes all of it (`SOAK=1`).
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import uuid
from collections import Counter
from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.support.background import up_in_background
from tests.support.faults import Victim, differences, manifests_of, state_of
from tests.support.faulty_registry import EVER, FaultyRegistry, Kind, RegistryFault, faulty_registry
from tests.support.small_disk import small_disk
from tests.support.workbench import Result, Workbench, copy_checkout
from tests.unit.toolchain.sites import Request
from toolchain.distribution import Remote
from toolchain.runs import RunFolder, processes_of
from toolchain.waiting import wait_until

Requests = Callable[[Request], bool]


def pushes(request: Request) -> bool:
    return "buildkit" in request.headers.get("User-Agent", "") and request.method in ("POST", "PUT")


def attaches(request: Request) -> bool:
    return "User-Agent" not in request.headers and request.method in ("POST", "PUT")


def reads(request: Request) -> bool:
    return "User-Agent" not in request.headers and request.method == "GET"


def signs(request: Request) -> bool:
    return "cosign" in request.headers.get("User-Agent", "") and request.method in ("POST", "PUT")


def states(request: Request) -> bool:
    return signs(request) and b"slsa.dev/provenance" in request.body


def tags(request: Request) -> bool:
    return attaches(request) and request.path.endswith("/manifests/1.0.0")


@dataclass(frozen=True)
class Row:
    """One fault of one `up`.

    Attributes:
        kind: What happens.
        when: To which requests.
        times: How many of them.
        cause: What the message says, as an expression, or empty where the `up` gets through by itself.
        deployed: Whether the workload is what it should be in spite of the fault.
        sampled: Whether it is among those that every run takes.
        limit_s: How long the build may take, where the stack says so.
    """

    kind: Kind
    when: Requests
    times: int
    cause: str
    deployed: bool = False
    sampled: bool = False
    limit_s: int | None = None

    def __str__(self) -> str:
        return f"{self.kind} {'once' if self.times == 1 else 'lasting'} when slipway {self.when.__name__}"


ROWS = [
    Row("slow", pushes, 3, ""),
    Row("cut", pushes, 1, "", sampled=True),
    Row("500", pushes, 1, ""),
    Row("cut", pushes, EVER, "The registry did not take the image."),
    Row("500", pushes, EVER, "The registry did not take the image."),
    Row("401", pushes, EVER, "The registry refused the credentials."),
    Row("down", pushes, EVER, "The registry does not answer."),
    Row("stalled", pushes, EVER, "did not end in time.*registry.builder.timeoutSeconds", limit_s=20),
    Row("full", pushes, 1, "The registry did not take the image.|The registry's disk is full."),
    Row("down", attaches, EVER, "Sbom of"),
    Row("full", attaches, 1, "The registry's disk is full.", sampled=True),
    Row("cut", signs, EVER, "Signature of"),
    Row("full", signs, 1, "The registry's disk is full."),
    Row("401", signs, EVER, "Signature of"),
    Row("500", states, EVER, "Provenance of"),
    Row("down", states, EVER, "Provenance of"),
    Row("cut", tags, 1, "", deployed=True),
    Row("500", tags, EVER, "is up, but not all of its tags are put", deployed=True, sampled=True),
]


@pytest.fixture(scope="module")
def disk(tmp_path_factory: pytest.TempPathFactory) -> Generator[Path]:
    """A small disk; a folder of another one for those who may not mount."""
    folder = tmp_path_factory.mktemp("disk")
    with small_disk(folder) if os.geteuid() == 0 else contextlib.nullcontext():
        yield folder


@pytest.fixture(scope="module")
def front(disk: Path, tmp_path_factory: pytest.TempPathFactory) -> Generator[FaultyRegistry]:
    with faulty_registry(disk / "blobs", tmp_path_factory.mktemp("registry") / "registry.yml") as made:
        yield made


@pytest.fixture(scope="module")
def seed(front: FaultyRegistry, tmp_path_factory: pytest.TempPathFactory) -> Workbench:
    """A stack that is up, whose images go through every step."""
    workbench = copy_checkout(tmp_path_factory.mktemp("seed") / "checkout", supply_chain=True)
    dockerfile = "FROM scratch\nCOPY pyproject.toml /\nUSER 10001:10001\n"
    (workbench.folder / "images" / "python-api" / "Dockerfile").write_text(dockerfile)
    stack = workbench.stack_file()
    config = stack["config"]
    config["slipway:registry"] |= {"address": front.address, "repository": "first"}
    # Its image holds one file, which cannot be started: with a secret that is not here, nobody tries to.
    config["slipway:secrets"] = {"session-key": {"generated": {"length": 32}}}
    workload = config["slipway:workloads"]["python-api"]
    workload["secrets"] = ["session-key"]
    workload["image"]["build"]["tags"] = {"version": "1.0.0"}
    workbench.write_stack_file(stack)
    said = up(workbench)
    assert said.code == 0, said.text
    return workbench


def up(workbench: Workbench) -> Result:
    return workbench.slipway("up", "--stack", "dev")


def changed(seed: Workbench, folder: Path) -> tuple[Workbench, str]:
    """A copy of the stack that is up, with another source, environment and repository, and the repository's name.

    The source is the same each time: it is built once, and pushed into each repository.
    """
    shutil.copytree(seed.folder, folder, symlinks=True)
    workbench = Workbench(folder)
    source = folder / "images" / "python-api" / "pyproject.toml"
    source.write_text(f"{source.read_text()}# changed\n")
    repository = f"changed-{uuid.uuid4().hex}"
    stack = workbench.stack_file()
    stack["config"]["slipway:registry"]["repository"] = repository
    stack["config"]["slipway:workloads"]["python-api"]["env"]["APP_LOG_LEVEL"] = "info"
    workbench.write_stack_file(stack)
    return workbench, repository


def limit(workbench: Workbench, seconds: int | None) -> None:
    """Let a build take so long, or as long as by default."""
    stack = workbench.stack_file()
    stack["config"]["slipway:registry"]["builder"] = {"timeoutSeconds": seconds} if seconds else {}
    workbench.write_stack_file(stack)


def made(workbench: Workbench, repository: str) -> dict[str, Any]:
    """State and manifests, whatever the repository is called."""
    found = {"state": state_of(workbench), "manifests": manifests_of(workbench)}
    return json.loads(json.dumps(found).replace(repository, "repository").replace(str(workbench.folder), "checkout"))


@pytest.fixture(scope="module")
def expected(seed: Workbench, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the change makes of the stack when nothing disturbs it."""
    workbench, repository = changed(seed, tmp_path_factory.mktemp("undisturbed") / "checkout")
    said = up(workbench)
    assert said.code == 0, said.text
    return made(workbench, repository)


@pytest.mark.parametrize("row", [row for row in ROWS if row.sampled or os.environ.get("SOAK")], ids=str)
def test_a_fault_of_the_registry_is_survived_or_told_and_nothing_half_made_is_deployed(
    row: Row, front: FaultyRegistry, disk: Path, seed: Workbench, expected: dict[str, Any], tmp_path: Path
) -> None:
    if row.kind == "full" and not disk.is_mount():
        pytest.skip("mounting a small disk needs root")
    # given a change of the image and of its workload
    workbench, repository = changed(seed, tmp_path / "checkout")
    before = manifests_of(workbench)
    # when the registry fails in the middle of it
    limit(workbench, row.limit_s)
    with front.meets(RegistryFault(row.kind, row.when, row.times, disk)):
        said = up(workbench)
    limit(workbench, None)
    assert front.met.is_set(), said.text
    # then it gets through, or says which registry, which image, why, and what to do
    assert "Traceback" not in said.text
    if row.cause:
        assert said.code == 1, said.text
        assert f"{front.address}/{repository}/python-api" in said.text
        assert re.search(row.cause, said.text, re.DOTALL), said.text
        assert "mend: " in said.text, said.text
        # and nothing that runs is changed
        assert row.deployed or manifests_of(workbench) == before
        said = up(workbench)
    # and in the end all is as if nothing had been
    assert said.code == 0, said.text
    assert not differences(made(workbench, repository), expected)


PATIENCE_S = 300.0
"""How long a run may take to come to its step, on a busy machine."""

KILLS: list[tuple[Victim, Requests, bool]] = [
    ("engine", pushes, False),
    ("provider", reads, False),
    ("engine", reads, False),
    ("provider", attaches, False),
    ("engine", attaches, False),
    ("provider", signs, True),
    ("engine", signs, False),
    ("provider", states, False),
    ("engine", states, True),
]
"""Whom to kill, in the middle of what, and whether every run does so."""


def kill(victim: Victim, workbench: Workbench) -> str:
    """Kill the engine of an `up`, or the provider of the chain's steps that it started; gives the run's id."""
    (run,) = RunFolder(workbench.folder, "dev").runs()
    assert run.engine
    engine = psutil.Process(run.engine.pid)
    started = str(workbench.folder / "provider")
    steps = [each for each in engine.children(recursive=True) if any(started in part for part in each.cmdline())]
    assert steps
    for process in [engine] if victim == "engine" else steps:
        process.kill()
    return run.id


@pytest.mark.parametrize(
    ("victim", "when"),
    [(victim, when) for victim, when, sampled in KILLS if sampled or os.environ.get("SOAK")],
    ids=lambda value: value if isinstance(value, str) else value.__name__,
)
def test_a_kill_in_the_middle_of_a_step_leaves_nothing_that_the_next_up_does_not_mend(
    victim: Victim, when: Requests, front: FaultyRegistry, seed: Workbench, expected: dict[str, Any], tmp_path: Path
) -> None:
    # given an `up` in the middle of a step, which waits for the registry
    workbench, repository = changed(seed, tmp_path / "checkout")
    before = manifests_of(workbench)
    with front.meets(RegistryFault("stalled", when)), up_in_background(workbench) as end:
        assert wait_until(front.met.is_set, PATIENCE_S), end().text
        # when it is killed
        run = kill(victim, workbench)
        said = end()
    # then it does not say that it went well, and nothing that runs was changed
    assert said.code == 1, said.text
    assert manifests_of(workbench) == before
    # and the next one makes of it what it would have been, with every document about the image there once
    done = up(workbench)
    assert done.code == 0, done.text
    assert not differences(made(workbench, repository), expected)
    assert documents(front, repository) == documents(front, "first")
    # and nothing is left running
    assert not list(processes_of(run))


def documents(front: FaultyRegistry, repository: str) -> Counter[str]:
    """How many documents of each kind are listed as attached to the images of a repository."""
    remote, name = Remote(front.behind, insecure=True), f"{repository}/python-api"
    lists = [remote.manifest(name, tag) for tag in remote.tags(name) if tag.startswith("sha256-")]
    return Counter(str(each["artifactType"]) for found in lists if found for each in found.parsed["manifests"])
