"""A throwaway state for the preview of a stack that was never made here.

`pulumi stack init` would write a salt into the stack's tracked file, and needs the passphrase or key of its secrets. So
a copy of the stack file gets a salt of its own, and its secrets stand-in values that nobody knows: the preview shows
every object, changes no tracked file, and leaves nothing behind.
"""

from __future__ import annotations

import dataclasses
import secrets
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import yaml

from cli.workspace import Workspace
from toolchain.engine import PROJECT, Engine
from toolchain.scratch import scratch_folder

# What ties a stack file to its secrets provider.
PROVIDER_KEYS = ("encryptionsalt", "encryptedkey", "secretsprovider")

PathInFile = tuple[str | int, ...]


@contextmanager
def scratch_stack(workspace: Workspace) -> Generator[tuple[Engine, list[str]]]:
    """An engine with a state of its own, and the flags that make it read the copied stack file."""
    with scratch_folder(workspace.checkout / ".state" / "tmp", "preview") as folder:
        passphrase = secrets.token_urlsafe(24)
        environment = {
            **{name: value for name, value in workspace.engine.environment.items() if name not in _PASSPHRASES},
            "PULUMI_BACKEND_URL": (folder / "state").as_uri(),
            "PULUMI_CONFIG_PASSPHRASE": passphrase,
        }
        (folder / "Pulumi.yaml").write_text(f"name: {PROJECT}\nruntime: python\n", encoding="utf-8")
        file = folder / workspace.stack_file.name
        content, hidden = without_secrets(_read(workspace.stack_file))
        file.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
        aside = Engine(folder, workspace.stack, environment)
        aside.create()
        if hidden:
            values = [
                part for path in hidden for part in ("--secret", f"{config_path(path)}={secrets.token_urlsafe(24)}")
            ]
            aside.ask(["config", "set-all", "--stack", workspace.stack, "--path", *values], secret=True)
        yield dataclasses.replace(workspace.engine, environment=environment), ["--config-file", str(file)]


_PASSPHRASES = ("PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE")


def _read(file: Path) -> dict[str, Any]:
    return cast(dict[str, Any], yaml.safe_load(file.read_text(encoding="utf-8")) or {})


def without_secrets(content: Mapping[str, Any]) -> tuple[dict[str, Any], list[PathInFile]]:
    """A stack file's content without its secrets provider and encrypted values, and the paths where those stood."""
    kept = {name: value for name, value in content.items() if name not in PROVIDER_KEYS}
    config = cast(Mapping[str, Any], kept.get("config") or {})
    hidden = [path for key, value in config.items() for path in _secure_paths(value, (key,))]
    kept["config"] = {key: _emptied(value) for key, value in config.items() if not _is_secure(value)}
    return kept, hidden


def _is_secure(value: Any) -> bool:
    return isinstance(value, dict) and list(cast(dict[str, Any], value)) == ["secure"]


def _secure_paths(value: Any, path: PathInFile) -> Iterator[PathInFile]:
    if _is_secure(value):
        yield path
    elif isinstance(value, dict):
        for key, inner in cast(dict[str, Any], value).items():
            yield from _secure_paths(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(cast(list[Any], value)):
            yield from _secure_paths(inner, (*path, index))


def _emptied(value: Any) -> Any:
    """The value with an empty text where something encrypted stood, to be set again."""
    if _is_secure(value):
        return ""
    if isinstance(value, dict):
        return {key: _emptied(inner) for key, inner in cast(dict[str, Any], value).items()}
    if isinstance(value, list):
        return [_emptied(inner) for inner in cast(list[Any], value)]
    return value


def config_path(path: PathInFile) -> str:
    """A path as `pulumi config --path` reads it: `slipway:secrets["api-key"][0]`."""
    first, *rest = path
    return str(first) + "".join(f"[{part}]" if isinstance(part, int) else f'["{_escaped(part)}"]' for part in rest)


def _escaped(part: str) -> str:
    return part.replace("\\", "\\\\").replace('"', '\\"')
