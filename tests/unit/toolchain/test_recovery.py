"""After a kill the stack is made usable again; a stack at work is left alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from toolchain.checkpoint import Checkpoint, Operation
from toolchain.errors import ToolchainError
from toolchain.recovery import Recovery, half_made_manifests
from toolchain.runs import RUN_ID_VARIABLE, ProcessMark, Run, RunFolder

PROVIDER = {
    "urn": "urn:pulumi:dev::slipway::pulumi:providers:kubernetes::render",
    "inputs": {"renderYamlToDirectory": "out"},
}
SERVICE = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "api", "namespace": "shop"}}


@dataclass
class Bench:
    """A checkout with a file backend, and how often its state was rewritten."""

    folder: Path
    rewritten: list[bool] = field(default_factory=list[bool])

    @property
    def recovery(self) -> Recovery:
        checkpoint = Checkpoint(self.folder / ".state", "slipway", "dev")
        return Recovery(self.folder, "dev", checkpoint, lambda: self.rewritten.append(True))

    def write_state(self, **latest: Any) -> None:
        file = self.folder / ".state" / ".pulumi" / "stacks" / "slipway" / "dev.json"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps({"checkpoint": {"latest": latest}}))

    def record(self, run: Run) -> Run:
        RunFolder(self.folder, "dev").write(run)
        return run

    def recorded(self) -> list[Run]:
        return RunFolder(self.folder, "dev").runs()


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def dead_run(command: str = "up") -> Run:
    return replace(Run.new("dev", command), engine=ProcessMark(os.getpid(), 0.0))


def creating(manifest: dict[str, Any]) -> Operation:
    return Operation("creating", "urn::api", "kubernetes:core/v1:Service", manifest, f"{PROVIDER['urn']}::id")


def test_nothing_to_recover_is_nothing(bench: Bench) -> None:
    assert bench.recovery.run() == []


def test_what_a_dead_run_left_running_is_ended_and_its_record_removed(bench: Bench) -> None:
    # given
    run = bench.record(dead_run())
    environment = {**os.environ, RUN_ID_VARIABLE: run.id}
    program = "print(1, flush=True); import time; time.sleep(600)"
    left = subprocess.Popen([sys.executable, "-c", program], env=environment, stdout=subprocess.PIPE)
    assert left.stdout is not None
    left.stdout.readline()
    # when
    done = bench.recovery.run()
    # then
    left.communicate(timeout=60)
    assert done == ["ended 1 process that a killed `up` left running"]
    assert bench.recorded() == []


def test_a_live_run_is_named_and_left_alone(bench: Bench) -> None:
    run = bench.record(Run.new("dev", "up").with_engine(os.getpid()))
    with pytest.raises(ToolchainError, match=f"`up`, process {os.getpid()}"):
        bench.recovery.run()
    assert bench.recorded() == [run]


def test_a_run_on_another_machine_is_taken_for_live(bench: Bench) -> None:
    bench.record(replace(dead_run(), host="another-machine"))
    with pytest.raises(ToolchainError, match="on another-machine"):
        bench.recovery.run()


def test_a_live_preview_does_not_hold_up_an_update(bench: Bench) -> None:
    bench.record(Run.new("dev", "preview").with_engine(os.getpid()))
    assert bench.recovery.run() == []


def test_a_preview_does_not_mind_a_live_update(bench: Bench) -> None:
    bench.record(Run.new("dev", "up").with_engine(os.getpid()))
    assert bench.recovery.end_dead_runs() == []


def test_a_dead_lock_is_cleared(bench: Bench) -> None:
    lock = bench.folder / ".state" / ".pulumi" / "locks" / "organization" / "slipway" / "dev" / "a.json"
    lock.parent.mkdir(parents=True)
    lock.write_text("")
    assert bench.recovery.run() == ["cleared 1 lock of a dead run"]
    assert not lock.exists()


def test_a_lock_of_another_machine_is_named_and_kept(bench: Bench) -> None:
    lock = bench.folder / ".state" / ".pulumi" / "locks" / "organization" / "slipway" / "dev" / "a.json"
    lock.parent.mkdir(parents=True)
    lock.write_text(json.dumps({"pid": 1, "username": "u", "hostname": "far", "timestamp": "2026-11-22T03:34:10.1Z"}))
    with pytest.raises(ToolchainError, match="locked by process 1 of u@far"):
        bench.recovery.run()
    assert lock.exists()


def test_an_unfinished_operation_is_taken_out_of_the_state(bench: Bench) -> None:
    pending = {"type": "updating", "resource": {"urn": "urn::api", "type": "a:b:C"}}
    bench.write_state(pending_operations=[pending])
    (said,) = bench.recovery.run()
    assert "updating C api" in said
    assert bench.rewritten == [True]


def test_a_state_without_unfinished_operations_is_not_rewritten(bench: Bench) -> None:
    bench.write_state(resources=[])
    bench.recovery.run()
    assert bench.rewritten == []


def test_a_damaged_state_is_restored_only_where_that_is_allowed(bench: Bench) -> None:
    # given
    bench.write_state(resources=[])
    file = bench.folder / ".state" / ".pulumi" / "stacks" / "slipway" / "dev.json"
    whole = file.read_text()
    file.with_name("dev.json.bak").write_text(whole)
    file.write_text(whole[:20])
    # when, then
    with pytest.raises(ToolchainError, match="cut short"):
        bench.recovery.run()
    assert file.read_text() == whole[:20]
    (said,) = replace(bench.recovery, restore=True).run()
    assert "dev.json.damaged" in said
    assert file.read_text() == whole


def test_a_backend_that_is_no_folder_keeps_its_own_locks(bench: Bench) -> None:
    recovery = replace(bench.recovery, checkpoint=None)
    assert recovery.run() == []


def test_a_half_made_object_is_found_in_the_rendered_folder(tmp_path: Path) -> None:
    made, other = tmp_path / "out" / "1-manifest" / "api.yaml", tmp_path / "out" / "1-manifest" / "other.yaml"
    made.parent.mkdir(parents=True)
    made.write_text(yaml.safe_dump(SERVICE))
    other.write_text(yaml.safe_dump({**SERVICE, "metadata": {"name": "other", "namespace": "shop"}}))
    assert half_made_manifests(creating(SERVICE), [PROVIDER], tmp_path) == [made]


def test_an_object_that_the_state_knows_is_not_half_made(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "api.yaml").write_text(yaml.safe_dump(SERVICE))
    known = {"urn": "urn::old", "inputs": SERVICE}
    assert half_made_manifests(creating(SERVICE), [PROVIDER, known], tmp_path) == []


@pytest.mark.parametrize("kind", ["updating", "deleting"])
def test_only_a_create_leaves_a_half_made_object(tmp_path: Path, kind: str) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "api.yaml").write_text(yaml.safe_dump(SERVICE))
    assert half_made_manifests(replace(creating(SERVICE), kind=kind), [PROVIDER], tmp_path) == []


def test_a_provider_that_renders_nothing_leaves_no_files(tmp_path: Path) -> None:
    cluster = {"urn": PROVIDER["urn"], "inputs": {"context": "prod"}}
    assert half_made_manifests(creating(SERVICE), [cluster], tmp_path) == []
