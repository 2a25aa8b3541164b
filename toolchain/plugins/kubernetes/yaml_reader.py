"""YAML text as objects, read the way Kubernetes' tools read it."""

import re
from typing import Any, cast

import yaml

from toolchain.plugins.base import ProviderError
from toolchain.plugins.base_values import Properties, Value
from toolchain.plugins.kubernetes.objects import text
from toolchain.plugins.kubernetes.yaml_scalars import read_plain

_PLAIN = "tag:slipway,2026:plain"
_MERGE = "tag:yaml.org,2002:merge"


class _Loader(yaml.CSafeLoader):
    """PyYAML's safe loader with Go's idea of plain scalars."""

    def resolve(self, kind: type[yaml.Node], value: str | None, implicit: Any) -> str:
        if kind is not yaml.ScalarNode or not implicit[0]:  # only what stands without quotes and tag
            return cast(str, cast(object, super().resolve(kind, value, implicit)))
        return _MERGE if value == "<<" else _PLAIN


def _construct_plain(_loader: _Loader, node: yaml.ScalarNode) -> bool | int | float | str | None:
    return read_plain(node.value)


_Loader.add_constructor(_PLAIN, _construct_plain)


def read_objects(source: str) -> list[Properties]:
    """Returns the Kubernetes objects in a YAML or JSON text; documents without kind or apiVersion are passed over.

    Raises:
        ProviderError: It is not YAML; the message says where, and quotes nothing.
    """
    try:
        documents = cast(list[object], list(yaml.load_all(source, _Loader)))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f"line {mark.line + 1}, column {mark.column + 1}" if mark else "somewhere"
        problem = re.sub(r"'[^']*'|\"[^\"]*\"", "…", error.problem or "not YAML")  # in quotes stands content
        raise ProviderError(f"cannot decode YAML: {place}: {problem}") from None
    except (yaml.YAMLError, RecursionError) as error:
        raise ProviderError(f"cannot decode YAML: {type(error).__name__}") from None
    found = [_as_object(cast(dict[object, object], each)) for each in documents if isinstance(each, dict)]
    return [obj for obj in found if text(obj, "kind") and text(obj, "apiVersion")]


def _as_object(fields: dict[object, object]) -> Properties:
    return {_key(key): _as_value(item) for key, item in fields.items()}


def _as_value(value: object) -> Value:
    if isinstance(value, dict):
        return _as_object(cast(dict[object, object], value))
    if isinstance(value, list):
        return [_as_value(item) for item in cast(list[object], value)]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return str(value)  # what an explicit tag made of it, such as bytes


def _key(key: object) -> str:
    if isinstance(key, bool):
        return "true" if key else "false"
    return "null" if key is None else str(key)
