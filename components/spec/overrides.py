"""Environment variables that override a stack's configuration: `SLIPWAY__WORKLOADS__PYTHON_API__REPLICAS=3`."""

import copy
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import yaml

from components.spec import shape
from components.spec.document import parse_value
from components.spec.problem import Problem, listed, path_text, suggestion
from components.spec.refusal import Path

PREFIX = "SLIPWAY__"
"""Begins the name of every override; `__` parts its segments."""


@dataclass
class Overridden:
    """A configuration with its overrides in place.

    Attributes:
        values: the configuration, a copy.
        variables: which variable set the value at a path.
        problems: overrides that name nothing, or hold no YAML.
    """

    values: dict[str, Any]
    variables: dict[Path, str] = field(default_factory=dict[Path, str])
    problems: list[Problem] = field(default_factory=list[Problem])


def fold(name: str) -> str:
    """A name in the form in which names are compared: `pythonApi`, `python-api` and `PYTHON_API` are one."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).replace("-", "_").lower()


def apply_overrides(values: Mapping[str, Any], environ: Mapping[str, str]) -> Overridden:
    """Puts every `SLIPWAY__` variable's value where its name points, parents before children."""
    result = Overridden(copy.deepcopy(dict(values)))
    names = sorted(
        (name for name in environ if name.upper().startswith(PREFIX)), key=lambda name: (name.count("__"), name)
    )
    for name in names:
        _apply(result, name, environ[name])
    return result


def _apply(result: Overridden, variable: str, text: str) -> None:
    path = _path(result, variable)
    if path is None:
        return
    try:
        value = parse_value(text)
    except yaml.YAMLError:
        result.problems.append(
            Problem(variable, path_text(path), "text that is not YAML", "a value in YAML", "quote it, or correct it")
        )
        return
    if path in result.variables:
        result.problems.append(
            Problem(
                variable,
                path_text(path),
                f"a second variable for it, beside {result.variables[path]}",
                "one variable for each value",
                "unset one of them",
            )
        )
        return
    _put(result.values, path, value)
    result.variables[path] = variable


def _path(result: Overridden, variable: str) -> Path | None:
    path: Path = ()
    here: object = result.values
    for segment in variable[len(PREFIX) :].split("__"):
        part = _part(segment, path, here)
        if part is None:
            known = sorted({*_keys(here), *shape.keys_at(path)})
            close = suggestion(fold(segment), [fold(key) for key in known])
            result.problems.append(
                Problem(
                    variable,
                    path_text(path) or "slipway",
                    f"an unknown name `{segment}`" if segment else "an empty name",
                    listed(known, "or") if known else "nothing: this is a plain value",
                    f"did you mean `{close.upper()}`?" if close else "correct the variable's name, or unset it",
                )
            )
            return None
        path = (*path, part)
        here = _child(here, part)
    return path


def _part(segment: str, path: Path, here: object) -> str | int | None:
    if isinstance(here, list):
        return int(segment) if segment.isdigit() and int(segment) < len(cast("list[Any]", here)) else None
    for key in (*_keys(here), *shape.keys_at(path)):
        if fold(key) == fold(segment):
            return key
    return segment if segment and shape.open_to_names(path) else None


def _keys(here: object) -> Iterator[str]:
    if isinstance(here, Mapping):
        yield from (str(key) for key in cast("Mapping[Any, Any]", here))


def _child(here: object, part: str | int) -> object:
    if isinstance(here, Mapping):
        return cast("Mapping[Any, Any]", here).get(part)
    if isinstance(here, list) and isinstance(part, int):
        return cast("list[Any]", here)[part]
    return None


def _put(values: dict[str, Any], path: Path, value: object) -> None:
    here: Any = values
    for part in path[:-1]:
        if not isinstance(_child(here, part), dict | list):
            here[part] = {}
        here = here[part]
    here[path[-1]] = value
