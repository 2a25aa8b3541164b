"""Manifests read the way Kubernetes reads them.

PyYAML and the Go library that kubectl and the API server use disagree on a few plain scalars, and an unquoted value
then means something else in the cluster than it did to its author. This loader follows the Go library
(`sigs.k8s.io/yaml`): a date stays a string, `1e3` is a number, `22:22` is a string; and a key given twice is an error.
"""

import re
from collections.abc import Hashable
from typing import Any

import yaml


class UnreadableManifestError(Exception):
    """A file that is not YAML as Kubernetes reads it; the message gives line and column, and no content."""


class _Loader(yaml.CSafeLoader):
    """The safe loader with Go's scalars and no duplicate keys."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - PyYAML's own name

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.tag != "tag:yaml.org,2002:merge":
                if key.value in seen:
                    raise yaml.constructor.ConstructorError(None, None, "a key is given twice", key.start_mark)
                seen.add(key.value)
        return super().construct_mapping(node, deep)


_SCALARS: tuple[tuple[str, str, str], ...] = (
    ("bool", r"yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF", "yYnNtTfFoO"),
    ("int", r"[-+]?(0b[01_]+|0o?[0-7_]+|0|[1-9][0-9_]*|0x[0-9a-fA-F_]+)", "-+0123456789"),
    (
        "float",
        r"[-+]?(\.[0-9]+|[0-9][0-9_]*(\.[0-9_]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)",
        "-+0123456789.",
    ),
    ("merge", r"<<", "<"),
    ("null", r"~|null|Null|NULL|", "~nN\0"),
)
for _tag, _pattern, _first in _SCALARS:
    _Loader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_tag}",
        re.compile(f"^(?:{_pattern})$"),
        ["" if each == "\0" else each for each in _first],
    )


def _construct_int(loader: _Loader, node: yaml.ScalarNode) -> int:
    text = node.value.replace("_", "")
    sign = -1 if text.startswith("-") else 1
    digits = text.lstrip("+-")
    if re.fullmatch(r"0[0-7]+", digits):  # as in C, and as the Go library still reads it
        return sign * int(digits, 8)
    return sign * int(digits, 0)


def _construct_float(loader: _Loader, node: yaml.ScalarNode) -> float:
    text = node.value.replace("_", "").lower()
    return float(text.replace(".inf", "inf").replace(".nan", "nan"))


_Loader.add_constructor("tag:yaml.org,2002:int", _construct_int)
_Loader.add_constructor("tag:yaml.org,2002:float", _construct_float)


def read_documents(content: bytes) -> list[Any]:
    """The documents of a YAML or JSON file, empty ones left out.

    Raises:
        UnreadableManifestError: with the place, and never a piece of the content: a manifest may hold secrets.
    """
    try:
        loaded: list[Any] = list(yaml.load_all(content, Loader=_Loader))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""
        raise UnreadableManifestError(f"{place}{_problem(error)}") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise UnreadableManifestError(f"not YAML ({type(error).__name__})") from None
    return [each for each in loaded if each is not None]


def _problem(error: yaml.MarkedYAMLError) -> str:
    # Names in PyYAML's own words (an alias, a tag) are cut: they are content.
    return re.sub(r"'[^']*'|\"[^\"]*\"", "…", error.problem or "not YAML")
