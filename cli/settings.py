"""A stack file's settings, checked before anything is started."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from cli.failures import BadInputError
from cli.workspace import Workspace
from components.spec.loading import Loaded, load_file
from components.spec.problem import SpecError, path_text
from components.spec.refusal import Path


def load(workspace: Workspace) -> Loaded:
    """The settings of the workspace's stack, with the environment's overrides.

    Raises:
        BadInputError: with everything that is wrong in the file.
    """
    try:
        return load_file(workspace.stack_file, os.environ)
    except SpecError as error:
        raise BadInputError(str(error)) from error


@dataclass(frozen=True)
class Setting:
    """One value of the settings: its path as a person writes it, the value, and where it came from."""

    path: str
    value: Any
    origin: str


def listed(loaded: Loaded) -> list[Setting]:
    """Every plain value with its origin, in the order of the specification."""
    values = loaded.settings.model_dump(mode="json", by_alias=True)
    return [Setting(path_text(path), value, str(loaded.origins[path])) for path, value in _leaves(values)]


def _leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, dict) and value:
        for key, below in cast(dict[str, Any], value).items():
            yield from _leaves(below, (*path, key))
    elif isinstance(value, list) and value:
        for index, below in enumerate(cast(list[Any], value)):
            yield from _leaves(below, (*path, index))
    else:
        yield path, value
