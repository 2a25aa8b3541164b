"""Makes a stack usable again after its engine was killed. `docs/decisions/0007-recovery-after-a-kill.md` has the why.

In order: nobody else may be at work on the stack; what a dead run left running is ended; locks without an owner and
half-written files are removed; operations that were cut off are taken out of the state, so that the next run does
them again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import yaml

from toolchain.checkpoint import Checkpoint, Operation
from toolchain.errors import ToolchainError
from toolchain.locks import locks_of
from toolchain.runs import RunFolder, reap

RENDER_OPTION = "renderYamlToDirectory"


@dataclass(frozen=True)
class Recovery:
    """What it takes to recover one stack.

    Attributes:
        checkout: Where `.state/run` is, and what the rendered folder is relative to.
        stack: The stack's name.
        checkpoint: Its state, or None when the backend is not a folder: then only processes are looked after, and the
            backend keeps its own locks.
        restore: Whether a damaged state is replaced by its newest backup that is whole; otherwise that is a person's
            decision, and the error says how.
        rewrite_state: Exports the state and imports it again, by which the engine forgets unfinished operations.
    """

    checkout: Path
    stack: str
    checkpoint: Checkpoint | None
    rewrite_state: Callable[[], None]
    restore: bool = False

    def run(self) -> list[str]:
        """Recover, and return what was done, one sentence each; empty when nothing had to be.

        Raises:
            ToolchainError: someone is at work on the stack, or its state cannot be read.
        """
        done = self._end_dead_runs()
        if self.checkpoint:
            done += self._remove_leftovers(self.checkpoint)
            if self.restore and (kept := self.checkpoint.restore()):
                done.append(f"put the last whole state in the place of a damaged one, which is kept in {kept}")
            done += self._forget_unfinished(self.checkpoint)
        return done

    def end_dead_runs(self) -> list[str]:
        """Only end what dead runs left running: enough for a preview, which changes nothing and needs no lock."""
        return self._end_dead_runs(refuse_live=False)

    def _end_dead_runs(self, refuse_live: bool = True) -> list[str]:
        done: list[str] = []
        folder = RunFolder(self.checkout, self.stack)
        for run in folder.runs():
            if run.live() or not run.here():
                changes_state = run.command != "preview"
                if refuse_live and changes_state:
                    where = "" if run.here() else f" on {run.host}"
                    pid = run.engine.pid if run.engine else run.wrapper.pid
                    raise ToolchainError(
                        f"stack {self.stack!r} is being worked on: `{run.command}`{where}, process {pid}",
                        f"wait until it ends, or stop it with `kill -INT {pid}` ({folder.path / run.id}.json)",
                    )
                continue
            ended = reap(run.id)
            folder.remove(run)
            if ended:
                processes = "process" if ended == 1 else "processes"
                done.append(f"ended {ended} {processes} that a killed `{run.command}` left running")
        return done

    def _remove_leftovers(self, checkpoint: Checkpoint) -> list[str]:
        locks = locks_of(checkpoint.state, checkpoint.project, checkpoint.stack)
        if locks.held:
            raise ToolchainError(
                f"stack {self.stack!r} is locked by {locks.held[0].holder()}",
                f"wait until it ends; if that machine or process is gone for good, remove {locks.held[0].file}",
            )
        files = [*locks.stale, *checkpoint.partial_files()]
        for file in files:
            file.unlink(missing_ok=True)
            file.with_name(file.name + ".attrs").unlink(missing_ok=True)
        return [f"cleared {len(locks.stale)} lock of a dead run"] if locks.stale else []

    def _forget_unfinished(self, checkpoint: Checkpoint) -> list[str]:
        operations = checkpoint.operations()
        if not operations:
            return []
        resources = checkpoint.resources()
        for operation in operations:
            for file in half_made_manifests(operation, resources, self.checkout):
                file.unlink(missing_ok=True)
        self.rewrite_state()
        names = ", ".join(operation.told for operation in operations)
        return [f"took {len(operations)} unfinished operation(s) out of the state, to be done again: {names}"]


def half_made_manifests(operation: Operation, resources: list[dict[str, Any]], checkout: Path) -> list[Path]:
    """Files that an interrupted create may have rendered and that the state does not know of.

    Without this, an object that leaves the stack file between the kill and the next run would stay in the folder.
    """
    if operation.kind != "creating" or not operation.type.startswith("kubernetes:"):
        return []
    wanted = identity(operation.inputs)
    folder = render_folder(operation.provider, resources)
    if wanted is None or folder is None:
        return []
    if any(identity(cast(dict[str, Any], resource.get("inputs") or {})) == wanted for resource in resources):
        return []
    return [file for file in sorted((checkout / folder).rglob("*.yaml")) if wanted in _identities_in(file)]


def identity(manifest: Mapping[str, Any]) -> tuple[str, str, str, str] | None:
    """What makes two Kubernetes objects the same: API version, kind, namespace, name. None for anything else."""
    metadata = manifest.get("metadata")
    if not isinstance(metadata, Mapping):
        return None
    fields = cast(Mapping[str, Any], metadata)
    name = fields.get("name")
    if not isinstance(name, str):
        return None
    return str(manifest.get("apiVersion")), str(manifest.get("kind")), str(fields.get("namespace") or "default"), name


def render_folder(provider: str, resources: list[dict[str, Any]]) -> str | None:
    """The folder that a provider (`URN::id`) renders to, as its inputs in the state say; None if it renders nothing."""
    urn = provider.rpartition("::")[0]
    for resource in resources:
        if resource.get("urn") == urn:
            folder = cast(dict[str, Any], resource.get("inputs") or {}).get(RENDER_OPTION)
            return folder if isinstance(folder, str) else None
    return None


def _identities_in(file: Path) -> list[tuple[str, str, str, str] | None]:
    try:
        documents = list(yaml.safe_load_all(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, yaml.YAMLError):
        return []
    return [identity(cast(Mapping[str, Any], document)) for document in documents if isinstance(document, Mapping)]
