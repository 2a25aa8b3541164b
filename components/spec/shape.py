"""What may stand at a path, read from the JSON schema: the one description that editors, errors and overrides share."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, cast

from components.spec.refusal import Path
from components.spec.settings import Settings

Node = Mapping[str, Any]
"""A piece of JSON schema, with references resolved."""


@cache
def _schema() -> Node:
    return Settings.model_json_schema(by_alias=True)


def _alternatives(node: Node) -> Iterator[Node]:
    if "$ref" in node:
        name = str(node["$ref"]).rsplit("/", 1)[-1]
        for alternative in _alternatives(_schema()["$defs"][name]):
            yield {**alternative, **{key: value for key, value in node.items() if key != "$ref"}}
        return
    choices = cast("Sequence[Node]", node.get("anyOf") or node.get("oneOf") or ())
    if not choices:
        yield node
        return
    shared = {key: value for key, value in node.items() if key in {"description", "examples", "default"}}
    for choice in choices:
        for alternative in _alternatives(choice):
            if alternative.get("type") != "null":
                yield {**alternative, **shared}


def nodes_at(path: Path) -> tuple[Node, ...]:
    """The schemas of a path, one for each alternative; none if nothing may stand there."""
    nodes: tuple[Node, ...] = (_schema(),)
    for part in path:
        nodes = tuple(below for node in nodes for below in _below(node, part))
    return nodes


def _below(node: Node, part: str | int) -> Iterator[Node]:
    if isinstance(part, int):
        if "items" in node:
            yield from _alternatives(node["items"])
        return
    known = node.get("properties", {})
    if part in known:
        yield from _alternatives(known[part])
    elif isinstance(node.get("additionalProperties"), Mapping):
        yield from _alternatives(node["additionalProperties"])


def keys_at(path: Path, kind: object = None) -> tuple[str, ...]:
    """The known keys of the mapping at a path; of one variant only, where its `kind` is given."""
    nodes = nodes_at(path)
    variant = [
        node for node in nodes if kind is not None and node.get("properties", {}).get("kind", {}).get("const") == kind
    ]
    return tuple(dict.fromkeys(key for node in variant or nodes for key in node.get("properties", {})))


def open_to_names(path: Path) -> bool:
    """Whether the mapping at a path holds plain values under names of a person's choice, as `env` does."""
    return any(
        isinstance(node.get("additionalProperties"), Mapping)
        and all("properties" not in below for below in _alternatives(node["additionalProperties"]))
        for node in nodes_at(path)
    )


def allowed_at(path: Path) -> str:
    """What may stand at a path, as a phrase."""
    phrases = tuple(dict.fromkeys(_phrase(node) for node in nodes_at(path)))
    return " or ".join(phrases) or "nothing"


def _phrase(node: Node) -> str:
    if "enum" in node or "const" in node:
        words = node.get("enum", [node.get("const")])
        return "`true`" if words == [True] else "one of " + ", ".join(f"`{word}`" for word in words)
    match node.get("type"):
        case "integer":
            return _number(node)
        case "boolean":
            return "`true` or `false`"
        case "array":
            return "a list"
        case "object" if "properties" in node:
            return "a mapping with the keys " + ", ".join(f"`{key}`" for key in node["properties"])
        case "object":
            return "a mapping with at least one entry" if node.get("minProperties") else "a mapping of names"
        case "string":
            return "text" if not node.get("minLength") else f"text of at least {_characters(node['minLength'])}"
        case _:
            return "text or a number"


def _characters(count: int) -> str:
    return "one character" if count == 1 else f"{count} characters"


def _number(node: Node) -> str:
    low, high = node.get("minimum"), node.get("maximum")
    if low is not None and high is not None:
        return f"a whole number from {low} to {high}"
    return "a whole number" if low is None else f"a whole number not below {low}"


def example_at(path: Path) -> object:
    """A value that could stand at a path, or None if the schema gives none."""
    return next((example for node in nodes_at(path) if (example := _example(node)) is not None), None)


def _example(node: Node) -> object:
    if node.get("examples"):
        return node["examples"][0]
    if "enum" in node or "const" in node:
        return node["enum"][0] if "enum" in node else node["const"]
    if node.get("default") is not None:
        return node["default"]
    if node.get("required"):
        return {key: _first_example(node["properties"][key]) for key in node["required"]}
    if isinstance(node.get("additionalProperties"), Mapping):
        return {"python-api": _first_example(node["additionalProperties"])}
    return False if node.get("type") == "boolean" else None


def _first_example(node: Node) -> object:
    for alternative in _alternatives(node):
        example = _example(alternative)
        if example is not None:
            return example
    return "…"
