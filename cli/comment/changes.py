"""One object's change as the lines of a `diff` block: `+`, `-` and `!` at column 0."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from cli.comment.masking import MASKED_SHOWN, SECRET_SHOWN, shown_value
from cli.comment.preview import Step
from cli.plain import mapping, sequence

CONTEXT_LINES = 3

# The one written in C is ten times as fast, and is not in every build of the library.
_DUMPER: type[yaml.SafeDumper] = getattr(yaml, "CSafeDumper", yaml.SafeDumper)

HIDDEN = (SECRET_SHOWN, MASKED_SHOWN)


def change_lines(step: Step) -> list[str]:
    """What changes in one object; never empty."""
    before, after = _lines(step.old), _lines(step.new)
    if not before:
        told = [f"+ {line}" for line in after]
    elif not after:
        told = [f"- {line}" for line in before]
    else:
        told = [*_remarks(step), *_difference(before, after)]
    return told or ["! no property shown here changes"]


def _lines(inputs: Mapping[str, Any]) -> list[str]:
    shown = shown_value(dict(inputs))
    if not shown:
        return []
    return yaml.dump(shown, Dumper=_DUMPER, sort_keys=True, allow_unicode=True, width=10_000).splitlines()


def _difference(before: list[str], after: list[str]) -> Iterator[str]:
    compared = difflib.unified_diff(before, after, n=CONTEXT_LINES, lineterm="")
    for line in compared:
        if line.startswith(("---", "+++")) and line[3:].strip() == "":
            continue
        yield "@@" if line.startswith("@@") else f"{line[0]} {line[1:]}"


def _remarks(step: Step) -> Iterator[str]:
    """What the texts cannot show: what forces a replacement, and secrets, whose values look alike."""
    for path in step.forces:
        yield f"! {path} forces a replacement"
    for path in step.changed:
        before, after = _value_at(step.old, path), _value_at(step.new, path)
        if path not in step.forces and before == after and before in HIDDEN:
            yield f"! {path} changes; its value is a secret"


def _value_at(inputs: Mapping[str, Any], path: str) -> Any:
    """The shown value at one of the provider's paths, `spec.ports[0].port`; None where there is none."""
    value: Any = shown_value(dict(inputs))
    for part in path.replace("[", ".").replace("]", "").replace('"', "").split("."):
        items = sequence(value)
        value = items[int(part)] if part.isdigit() and int(part) < len(items) else mapping(value).get(part)
    return value
