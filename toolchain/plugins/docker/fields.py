"""Reading values out of properties and out of the API's answers, whose types only the reader knows."""

from collections.abc import Mapping
from typing import Any, cast

from toolchain.plugins.base_values import Properties, Unknown, Value

Answer = Mapping[str, Any]
"""An object of the Docker API."""


def text(properties: Mapping[str, Value], key: str) -> str:
    """Returns a text, "" if there is none or it is not known yet."""
    value = properties.get(key)
    return value if isinstance(value, str) else ""


def number(properties: Mapping[str, Value], key: str) -> int:
    """Returns a whole number, 0 if there is none."""
    value = properties.get(key)
    return value if isinstance(value, int) else 0


def flag(properties: Mapping[str, Value], key: str) -> bool:
    """Returns whether something is said to be true."""
    return properties.get(key) is True


def texts(properties: Mapping[str, Value], key: str) -> list[str]:
    """Returns a list of texts."""
    value = properties.get(key)
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def mapping(properties: Mapping[str, Value], key: str) -> dict[str, str]:
    """Returns a map of texts."""
    value = properties.get(key)
    return {name: item for name, item in value.items() if isinstance(item, str)} if isinstance(value, dict) else {}


def blocks(properties: Mapping[str, Value], key: str) -> list[Properties]:
    """Returns a list of blocks; one block alone counts as a list of one."""
    value = properties.get(key)
    if isinstance(value, dict):
        return [value]
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def labels(properties: Mapping[str, Value]) -> dict[str, str]:
    """Returns the property `labels`, a list of `label` and `value`, as a map."""
    return {text(block, "label"): text(block, "value") for block in blocks(properties, "labels")}


def label_blocks(found: Mapping[str, str]) -> list[Value]:
    """Returns a map of labels as the property has it."""
    return [{"label": name, "value": value} for name, value in sorted(found.items())]


def part(answer: Answer, *path: str) -> Answer:
    """Returns an object inside an answer, {} if it is null or missing."""
    for key in path:
        answer = cast(Answer, answer.get(key) or {})
    return answer


def is_known(properties: Mapping[str, Value], key: str) -> bool:
    """Tells whether there is a value that is known."""
    return properties.get(key) is not None and not isinstance(properties.get(key), Unknown)
