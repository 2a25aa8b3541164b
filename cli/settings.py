"""A stack file's settings, checked before anything is started."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from cli.failures import BadInputError
from cli.workspace import Workspace
from components.spec.loading import Loaded, load_file
from components.spec.place import leaves
from components.spec.problem import SpecError, path_text
from components.spec.promotion import missing_promotions, promotion_file, read_promotions

Result = TypeVar("Result")


def load(workspace: Workspace) -> Loaded:
    """The settings of the workspace's stack, with the environment's overrides.

    Raises:
        BadInputError: with everything that is wrong in the file.
    """
    return checked(lambda: load_file(workspace.stack_file, os.environ))


def require_promotions(workspace: Workspace, loaded: Loaded) -> None:
    """Refuse a stack that promotes a digest which nobody has recorded; a preview may show it as unknown.

    Raises:
        BadInputError: with every missing record.
    """

    def check() -> None:
        promotions = read_promotions(promotion_file(workspace.checkout, workspace.stack))
        if missing := list(missing_promotions(loaded.settings, promotions, workspace.stack)):
            raise SpecError(missing)

    checked(check)


def checked(read: Callable[[], Result]) -> Result:
    """What `read` returns.

    Raises:
        BadInputError: with everything that is wrong in what it read.
    """
    try:
        return read()
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
    return [Setting(path_text(path), value, str(loaded.origins[path])) for path, value in leaves(values)]
