"""A small part of JSON schema: what the packs' configuration needs, with messages a person can act on."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import TypedDict, cast


class Schema(TypedDict, total=False):
    """The part of JSON schema that is understood here; every keyword means what it means there."""

    type: str
    description: str
    enum: list[str]
    pattern: str
    items: Schema
    minItems: int
    properties: dict[str, Schema]
    additionalProperties: bool | Schema


_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "array": (list,),
    "object": (dict,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
}
_LONGEST_QUOTE = 60
_MOST_NAMED = 12


def problems(value: object, schema: Schema, at: str) -> Iterator[str]:
    """Says what is wrong with a value.

    Args:
        value: The value, as JSON gives it.
        schema: What is allowed.
        at: What to call the value in a message.

    Yields:
        One sentence for each problem: where, what was found, what is allowed.
    """
    expected = schema.get("type", "object")
    if not isinstance(value, _TYPES[expected]) or (isinstance(value, bool) and expected != "boolean"):
        yield f"{at} is {_quote(value)}; it must be of type {expected}"
    elif isinstance(value, str):
        yield from _text_problems(value, schema, at)
    elif isinstance(value, list):
        items = cast("list[object]", value)
        if len(items) < schema.get("minItems", 0):
            yield f"{at} is empty; it must have at least {schema.get('minItems')} item"
        for index, item in enumerate(items):
            yield from problems(item, schema.get("items", {}), f"{at}[{index}]")
    elif isinstance(value, dict):
        yield from _object_problems(cast("dict[str, object]", value), schema, at)


def _text_problems(value: str, schema: Schema, at: str) -> Iterator[str]:
    allowed = schema.get("enum")
    if allowed is not None and value not in allowed:
        yield f"{at} is {_quote(value)}; it must be one of {', '.join(allowed)}"
    pattern = schema.get("pattern")
    if pattern is not None and not re.search(pattern, value):
        yield f"{at} is {_quote(value)}; it must be {schema.get('description', f'text that matches {pattern}')}"


def _object_problems(value: Mapping[str, object], schema: Schema, at: str) -> Iterator[str]:
    known = schema.get("properties", {})
    others = schema.get("additionalProperties", True)
    for key, item in value.items():
        if key in known:
            yield from problems(item, known[key], f"{at}.{key}")
        elif isinstance(others, dict):
            yield from problems(item, others, f"{at}.{key}")
        elif not others:
            yield f"{at}.{key} is not known; {names_known(key, known)}"


def names_known(name: str, known: Iterable[str]) -> str:
    """What to say of a name that is not known.

    Args:
        name: The name.
        known: The names that are.

    Returns:
        All of them where that is few, else those that look alike.
    """
    names = sorted(known)
    if len(names) <= _MOST_NAMED:
        return f"known are {', '.join(names)}"
    near = difflib.get_close_matches(name, names, n=3)
    return f"did you mean {' or '.join(near)}?" if near else f"there are {len(names)} others, none like it"


def _quote(value: object) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST_QUOTE else f"{text[:_LONGEST_QUOTE]}…"
