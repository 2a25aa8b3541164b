"""JSONPath, as far as `kubectl wait --for=jsonpath=…` is commonly used: fields, indices, `[*]`, and equality filters.

`{.status.phase}`, `{.spec.ports[0].port}`, `{.status.conditions[?(@.type=="Ready")].status}`, `{.a['b.c/d']}`. The
braces and the leading dot may be left out.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from toolchain.plugins.base_values import Value

_STEP = re.compile(
    r"""
      \.(?P<field>(?:[^.\[\]{}'"()=?@*\\\s]|\\.)+)
    | \[(?P<index>-?\d+)\]
    | (?P<every>\[\*\]|\.\*)
    | \[(?P<quote>['"])(?P<quoted>.*?)(?P=quote)\]
    | \[\?\(@\.(?P<key>[\w.-]+)\s*==\s*(?P<mark>['"]?)(?P<wanted>[^'"]*?)(?P=mark)\)\]
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Every:
    """All elements, or only those whose field at `path` is written `wanted`."""

    path: tuple[str, ...] = ()
    wanted: str = ""


Step: TypeAlias = "str | int | Every"


def parse(written: str) -> tuple[Step, ...]:
    """Returns the steps of a path.

    Raises:
        ValueError: It is no path, or uses more of JSONPath than is known here.
    """
    path = written.strip()
    if path.startswith("{") and path.endswith("}"):
        path = path[1:-1].strip()
    path = path.removeprefix("$")
    if path and path[0] not in ".[":
        path = f".{path}"
    steps: list[Step] = []
    position = 0
    while position < len(path):
        match = _STEP.match(path, position)
        if match is None:
            raise ValueError(
                f"{written!r} is no JSONPath that is understood here: it breaks off at {path[position:]!r}"
            )
        steps.append(_step(match))
        position = match.end()
    if not steps:
        raise ValueError("an empty JSONPath points nowhere")
    return tuple(steps)


def _step(match: re.Match[str]) -> Step:
    if match["field"]:
        return re.sub(r"\\(.)", r"\1", match["field"])
    if match["index"]:
        return int(match["index"])
    if match["quote"]:
        return match["quoted"]
    if match["key"]:
        return Every(tuple(match["key"].split(".")), match["wanted"])
    return Every()


def find(value: Value, steps: tuple[Step, ...]) -> list[Value]:
    """Returns every value at the path; [] if there is none."""
    return list(_find(value, steps))


def _find(value: Value, steps: tuple[Step, ...]) -> Iterator[Value]:
    if not steps:
        yield value
        return
    step, rest = steps[0], steps[1:]
    if isinstance(step, str):
        if isinstance(value, dict) and step in value:
            yield from _find(value[step], rest)
    elif isinstance(step, int):
        if isinstance(value, list) and -len(value) <= step < len(value):
            yield from _find(value[step], rest)
    else:
        items = value if isinstance(value, list) else list(value.values()) if isinstance(value, dict) else []
        for item in items:
            if not step.path or step.wanted in map(shown, _find(item, step.path)):
                yield from _find(item, rest)


def shown(value: Value) -> str:
    """Returns a value as `kubectl` prints it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)
