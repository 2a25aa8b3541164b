"""Turns pydantic's errors into problems that name path, found, allowed and mend."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, cast

from pydantic_core import ErrorDetails

from components.spec import place, shape
from components.spec.problem import listed, show, suggestion
from components.spec.refusal import KIND, Path, Refusal

_PLAIN = re.compile(r"[A-Za-z./][-A-Za-z0-9_./, @:]*")
"""Text that YAML needs no quotes for."""


def refusals_of(error: ErrorDetails, values: Mapping[str, Any]) -> Iterator[Refusal]:
    """The refusals that one pydantic error stands for, with paths from the top of the settings.

    Args:
        error: what pydantic found.
        values: what was validated, to tell keys a person wrote from pydantic's own marks in the location.
    """
    path = _written(error["loc"], values)
    if error["type"] == KIND:
        for refusal in cast("tuple[Refusal, ...]", error.get("ctx", {})["refusals"]):
            found = refusal.found if refusal.found is not None else show(error["input"], path)
            yield Refusal(refusal.allowed, refusal.mend, (*path, *refusal.at), found)
        return
    if error["type"] == "extra_forbidden":
        yield _tell_unknown_key(path, values)
        return
    yield _TELLERS.get(error["type"], _tell_other)(error, path)


def _written(location: tuple[str | int, ...], values: object) -> Path:
    """The location without the marks that pydantic adds for variants of a union and for keys."""
    path: list[str | int] = []
    for position, part in enumerate(location):
        last = position == len(location) - 1
        if part == "[key]":
            continue
        below = place.child(values, part)
        if below is not place.ABSENT:
            values = below
        elif not last:
            continue
        path.append(part)
    return tuple(path)


def _tell_unknown_key(path: Path, values: Mapping[str, Any]) -> Refusal:
    key, around = str(path[-1]), place.at(values, path[:-1])
    kind = cast("Mapping[str, object]", around).get("kind") if isinstance(around, Mapping) else None
    known = shape.keys_at(path[:-1], kind)
    close = suggestion(key, known)
    return Refusal(
        at=path,
        found=f"an unknown key `{key}`",
        allowed=f"the keys {listed(known, 'and')}",
        mend=f"did you mean `{close}`?" if close else f"remove `{key}`",
    )


def _tell_missing(error: ErrorDetails, path: Path) -> Refusal:
    return Refusal(at=path, found="nothing", allowed=shape.allowed_at(path), mend=f"add {_line(path)}")


def _tell_choice(error: ErrorDetails, path: Path) -> Refusal:
    words = [str(word) for node in shape.nodes_at(path) for word in node.get("enum", [node.get("const")])]
    close = suggestion(str(error["input"]), words)
    return Refusal(
        at=path,
        found=show(error["input"], path),
        allowed=shape.allowed_at(path),
        mend=f"did you mean `{close}`?" if close else f"write {_line(path)}",
    )


def _tell_kind(error: ErrorDetails, path: Path) -> Refusal:
    """The target's `kind`, which decides what else may stand beside it."""
    given = cast("Mapping[str, Any]", error["input"]).get("kind")
    close = suggestion(str(given), ("render", "kubernetes"))
    return Refusal(
        at=(*path, "kind"),
        found=show(given),
        allowed="one of `render`, `kubernetes`",
        mend=f"did you mean `{close}`?" if close and given else "add `kind: render` and a `folder`",
    )


def _tell_text(error: ErrorDetails, path: Path) -> Refusal:
    value = error["input"]
    scalar = isinstance(value, bool | int | float)
    mend = f"put it in quotes: `{json.dumps(str(value))}`" if scalar else f"write {_line(path)}"
    return Refusal(at=path, found=show(value, path), allowed="text", mend=mend)


def _tell_list(error: ErrorDetails, path: Path) -> Refusal:
    return Refusal(
        at=path,
        found=show(error["input"], path),
        allowed="a list",
        mend="write one entry a line, each beginning with `- `",
    )


def _tell_other(error: ErrorDetails, path: Path) -> Refusal:
    value = error["input"]
    quoted = isinstance(value, str) and value.strip("-+").isdigit() and "whole number" in shape.allowed_at(path)
    return Refusal(
        at=path,
        found=show(value, path),
        allowed=shape.allowed_at(path),
        mend="remove the quotes" if quoted else f"write {_line(path)}",
    )


def _line(path: Path) -> str:
    key = path[-1] if path else ""
    example = shape.example_at(path)
    if isinstance(key, int):
        return f"for example `- {_yaml(example)}`"
    return f"for example `{key}: {_yaml(example)}`" if example is not None else f"`{key}:` with its value"


def _yaml(value: object) -> str:
    """A value in YAML, on one line."""
    if isinstance(value, Mapping):
        entries = cast("Mapping[str, object]", value).items()
        return "{" + ", ".join(f"{key}: {_yaml(below)}" for key, below in entries) + "}"
    if isinstance(value, str) and _PLAIN.fullmatch(value):
        return value
    return json.dumps(value)


_TELLERS: Mapping[str, Callable[[ErrorDetails, Path], Refusal]] = {
    "missing": _tell_missing,
    "literal_error": _tell_choice,
    "union_tag_invalid": _tell_kind,
    "union_tag_not_found": _tell_kind,
    "string_type": _tell_text,
    "tuple_type": _tell_list,
}
