"""A stack's state file in the engine's file backend: whether it can be read, and what a killed run left in it.

`<state>/.pulumi/stacks/<project>/<stack>.json` (or `.json.gz`) holds the state; the engine keeps the one before each
change under `backups/` and writes beside the file before it renames.
"""

from __future__ import annotations

import gzip
import json
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from urllib.parse import unquote, urlsplit

from toolchain.errors import ToolchainError

# How the engine's storage library names a file that is not yet renamed into place: `dev.json.<nanoseconds in hex>.tmp`.
PARTIAL_NAME = re.compile(r"\.[0-9a-f]{12,16}\.tmp$")

# What the engine's storage library adds to a file's name for the file of its attributes.
ATTRIBUTES = ".attrs"


def backend_url(environment: Mapping[str, str]) -> str:
    """Where state is kept: what the environment names, else where the user is logged in; empty if neither."""
    if named := environment.get("PULUMI_BACKEND_URL"):
        return named
    folder = environment.get("PULUMI_CREDENTIALS_PATH") or f"{environment.get('HOME', '')}/.pulumi"
    try:
        credentials = json.loads((Path(folder) / "credentials.json").read_text(encoding="utf-8"))
        return str(credentials.get("current") or "")
    except (OSError, ValueError, AttributeError):
        return ""


def file_backend(url: str) -> Path | None:
    """The folder of a `file://` backend, or None when the state is kept elsewhere."""
    parts = urlsplit(url)
    if parts.scheme != "file":
        return None
    path = unquote(parts.netloc + parts.path)
    return Path(path).expanduser()


@dataclass(frozen=True)
class Operation:
    """An operation that a killed engine had begun: `kind` is one of `creating`, `updating`, `deleting`."""

    kind: str
    urn: str
    type: str
    inputs: dict[str, Any]
    provider: str

    @property
    def told(self) -> str:
        """For a message: `creating Service api`."""
        return f"{self.kind} {self.type.rpartition(':')[2]} {self.urn.rpartition('::')[2]}"


@dataclass(frozen=True)
class Checkpoint:
    """The state files of one stack. `state` is the backend's folder."""

    state: Path
    project: str
    stack: str

    def file(self) -> Path | None:
        """The state file, or None for a stack that does not exist yet."""
        folder = self.state / ".pulumi" / "stacks" / self.project
        candidates = (folder / f"{self.stack}.json", folder / f"{self.stack}.json.gz")
        return next((file for file in candidates if file.exists()), None)

    def siblings(self) -> list[Checkpoint]:
        """The other stacks of the same project and backend."""
        folder = self.state / ".pulumi" / "stacks" / self.project
        names = {file.name.removesuffix(".gz").removesuffix(".json") for file in folder.glob("*.json*")}
        return [Checkpoint(self.state, self.project, name) for name in sorted(names - {self.stack}) if "." not in name]

    def backups(self) -> list[Path]:
        """Earlier states that can be read, the newest first."""
        folder = self.state / ".pulumi" / "backups" / self.project / self.stack
        beside = self.state / ".pulumi" / "stacks" / self.project
        files = [*folder.glob("*.json*"), *beside.glob(f"{self.stack}.json*.bak"), *self._own_backups()]
        readable = [file for file in files if _try_load(file) is not None]
        return sorted(readable, key=lambda file: file.stat().st_mtime, reverse=True)

    def load(self) -> dict[str, Any]:
        """The state's latest deployment, `{}` for a stack without one.

        Raises:
            ToolchainError: when the file cannot be read as a state, with the backup to restore.
        """
        file = self.file()
        if file is None:
            return {}
        content = _try_load(file)
        if content is None:
            raise self._damaged(file)
        return content

    def _own_backups(self) -> list[Path]:
        return list((self.state / "kept" / self.project).glob(f"{self.stack}.json*"))

    def back_up(self) -> None:
        """Keep a copy of the state before a run: every write of the engine replaces its own, also a damaged one."""
        file = self.file()
        if file is None:
            return
        folder = self.state / "kept" / self.project
        folder.mkdir(parents=True, exist_ok=True)
        partial = folder / f".{file.name}"
        shutil.copy2(file, partial)
        partial.replace(folder / file.name)

    def restore(self) -> Path | None:
        """Put the newest whole backup in the place of a damaged state; without one, nothing, as for a new stack.

        Returns:
            The file that the damaged state was kept in, or None if the state is whole.
        """
        file, backups = self.file(), self.backups()
        if file is None or _try_load(file) is not None:
            return None
        partial = file.with_name(f"{file.name}.restored")
        if backups:
            shutil.copyfile(backups[0], partial)
        kept = file.with_name(f"{file.name}.damaged")
        file.replace(kept)
        if backups:
            partial.replace(file)
        return kept

    def _damaged(self, file: Path) -> ToolchainError:
        message = (
            f"the state of stack {self.stack!r} cannot be read: {file} ({file.stat().st_size} bytes) "
            "is cut short or overwritten"
        )
        backups = self.backups()
        if not backups:
            return ToolchainError(message, "there is no backup; if nothing is deployed, remove the file and run again")
        return ToolchainError(
            message,
            f"restore the newest backup that is whole: cp '{backups[0]}' '{file}' "
            "(a change that is missing from it is made again by the next `slipway up`)",
        )

    def operations(self) -> list[Operation]:
        """What a killed engine had begun and not finished."""
        found = cast(list[dict[str, Any]], self.load().get("pending_operations") or [])
        return [
            Operation(
                kind=str(operation.get("type", "")),
                urn=str(operation["resource"]["urn"]),
                type=str(operation["resource"]["type"]),
                inputs=cast(dict[str, Any], operation["resource"].get("inputs") or {}),
                provider=str(operation["resource"].get("provider", "")),
            )
            for operation in found
        ]

    def resources(self) -> list[dict[str, Any]]:
        """The resources in the state."""
        return cast(list[dict[str, Any]], self.load().get("resources") or [])

    def partial_files(self) -> list[Path]:
        """Files that were being written when the engine was killed.

        State files that were never renamed into place, and the attributes (`.attrs`) that the storage keeps beside each
        file: it writes those in place, refuses to read a file whose attributes are cut short, and does without them.
        """
        below = self.state / ".pulumi"
        unnamed = [file for file in below.rglob(f"{self.stack}*.tmp") if PARTIAL_NAME.search(file.name)]
        attributes = [file for file in below.rglob(f"{self.stack}*{ATTRIBUTES}") if not _is_json(file)]
        return sorted([*unnamed, *attributes])


def _is_json(file: Path) -> bool:
    try:
        json.loads(file.read_bytes())
    except ValueError:
        return False
    return True


def _try_load(file: Path) -> dict[str, Any] | None:
    """The latest deployment in a state file; None when it is damaged. A new stack's file has no deployment: `{}`."""
    try:
        raw = file.read_bytes()
        text = gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw
        content = json.loads(text)
        return cast(dict[str, Any], content["checkpoint"].get("latest") or {})
    except (OSError, EOFError, ValueError, KeyError, TypeError, AttributeError):
        return None
