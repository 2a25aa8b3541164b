"""Reads a stack file, keeping the line of every value, and refuses what YAML would let pass in silence."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path as FilePath
from typing import Any, cast

import yaml

from components.spec.problem import NAMESPACE, Problem, SpecError, show
from components.spec.refusal import Path


class Encrypted(Enum):
    """A value that Pulumi keeps encrypted: it is never decrypted to read the configuration."""

    VALUE = "encrypted"


ENCRYPTED = Encrypted.VALUE

_BOOL = "tag:yaml.org,2002:bool"
_FLOAT = "tag:yaml.org,2002:float"
_INT = "tag:yaml.org,2002:int"
_NULL = "tag:yaml.org,2002:null"

_MOST_VALUES = 100_000
"""Far beyond any stack; a file of a few lines can stand for more, through aliases of aliases."""


class _Reader(yaml.SafeLoader):
    """YAML 1.2's plain values, as the Pulumi CLI reads them: `no` is a word, and `08` and `1:30` are no numbers."""

    # Not the resolvers of the class above: those follow YAML 1.1.
    yaml_implicit_resolvers = {}  # noqa: RUF012  # PyYAML declares it as an instance's, and reads it from the class


_Reader.add_implicit_resolver(_BOOL, re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF"))
_Reader.add_implicit_resolver(_INT, re.compile(r"^[-+]?(?:0|[1-9][0-9]{0,17})$"), list("-+0123456789"))
_Reader.add_implicit_resolver(
    _FLOAT, re.compile(r"^[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]+)?$"), list("-+.0123456789")
)
_Reader.add_implicit_resolver(_NULL, re.compile(r"^(?:~|null|Null|NULL|)$"), ["~", "n", "N", ""])


@dataclass(frozen=True)
class Document:
    """What a stack file says about slipway.

    Attributes:
        file: the file's name, for messages.
        values: the configuration below `slipway:`, by key. Encrypted values are `ENCRYPTED`.
        lines: the line of each key and list entry, counted from 1.
    """

    file: str
    values: Mapping[str, Any]
    lines: Mapping[Path, int]


def parse_value(text: str) -> Any:
    """Reads one value, as an environment variable holds it.

    Raises:
        yaml.YAMLError: it is not YAML, or repeats a key.
    """
    reading = _Reading("")
    try:
        root = yaml.compose(text, Loader=_Reader)
        value: object = reading.value(root, ()) if root else None
    except (RecursionError, _TooLargeError):
        raise yaml.YAMLError("nested too deep, or too large") from None
    if reading.problems:
        raise yaml.YAMLError("a repeated key")
    return value


def read_file(file: FilePath) -> Document:
    """Reads a stack file.

    Raises:
        SpecError: there is no such file, or it is not well-formed.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise SpecError(
            [Problem(file.name, "", "no such file", "a stack file", "check the stack's name: `pulumi stack ls`")]
        ) from None
    except UnicodeDecodeError:
        raise SpecError(
            [Problem(file.name, "", "bytes that are not text", "UTF-8 text", "save the file as UTF-8")]
        ) from None
    return read_text(file.name, text)


def read_text(file: str, text: str) -> Document:
    """Reads the text of a stack file; `file` is its name, for messages.

    Raises:
        SpecError: it is not well-formed YAML, repeats a key, or is not a mapping.
    """
    reading = _Reading(file)
    try:
        root = yaml.compose(text, Loader=_Reader)
        whole: object = reading.value(root, ()) if root else None
    except yaml.YAMLError as error:
        raise SpecError([_malformed(file, text, error)]) from None
    except (RecursionError, _TooLargeError):
        raise SpecError([_too_large(file)]) from None
    if reading.problems:
        raise SpecError(reading.problems)
    config = _section(file, whole, "the file", "") or {}
    config = _section(file, config.get("config"), "`config:`", "config") or {}
    prefix = f"{NAMESPACE}:"
    lines = {
        (path[1].removeprefix(prefix), *path[2:]): line
        for path, line in reading.lines.items()
        if len(path) > 1 and path[0] == "config" and isinstance(path[1], str) and path[1].startswith(prefix)
    }
    values = {key.removeprefix(prefix): value for key, value in config.items() if key.startswith(prefix)}
    return Document(file, values, lines)


def _section(file: str, value: object, name: str, path: str) -> Mapping[str, Any] | None:
    if value is None or isinstance(value, Mapping):
        return cast("Mapping[str, Any] | None", value)
    raise SpecError(
        [
            Problem(
                file,
                path,
                show(value),
                f"{name} as a mapping",
                "write `key: value`, with a space after the colon and one key a line",
            )
        ]
    )


def _malformed(file: str, text: str, error: yaml.YAMLError) -> Problem:
    lines = text.splitlines()
    mark = error.problem_mark if isinstance(error, yaml.MarkedYAMLError) else None
    if isinstance(error, yaml.MarkedYAMLError) and mark and mark.line >= len(lines):
        mark = error.context_mark  # what was never closed matters, not where the file ends
    line = mark.line + 1 if mark else None
    written = lines[mark.line] if mark and mark.line < len(lines) else ""
    if written[: len(written) - len(written.lstrip())].count("\t"):
        return Problem(
            file, "", "a tab at the beginning of the line", "spaces", "indent with two spaces for each level", line
        )
    what = (error.problem if isinstance(error, yaml.MarkedYAMLError) else None) or "characters YAML does not allow"
    return Problem(
        file,
        "",
        f"text that is not YAML: {what}",
        "YAML, with two spaces for each level and quotes around text that holds `: `, `#` or `{`",
        "correct this line or the one before it",
        line,
    )


class _TooLargeError(Exception):
    """A file whose aliases repeat each other without end, or nearly so."""


def _too_large(file: str) -> Problem:
    return Problem(
        file,
        "",
        "values nested too deep, or repeated by aliases beyond measure",
        f"at most {_MOST_VALUES} values",
        "write the values out instead of referring to them with `*`",
    )


class _Reading:
    """Turns YAML nodes into values, noting lines and repeated keys."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.lines: dict[Path, int] = {}
        self.problems: list[Problem] = []
        self.count = 0

    def value(self, node: yaml.Node, path: Path) -> Any:
        """The value of a node."""
        self.count += 1
        if self.count > _MOST_VALUES:
            raise _TooLargeError
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            entries: list[Any] = []
            for index, entry in enumerate(cast("list[yaml.Node]", node.value)):
                self.lines[*path, index] = entry.start_mark.line + 1
                entries.append(self.value(entry, (*path, index)))
            return entries
        return _scalar(node)

    def _mapping(self, node: yaml.MappingNode, path: Path) -> Any:
        mapping: dict[str, Any] = {}
        for key_node, value_node in cast("list[tuple[yaml.Node, yaml.Node]]", node.value):
            key = str(key_node.value) if isinstance(key_node, yaml.ScalarNode) else "?"
            line = key_node.start_mark.line + 1
            here = (*path, key)
            if key in mapping:
                self.problems.append(
                    Problem(
                        self.file,
                        _outside(here),
                        f"the key `{key}` again; it stands on line {self.lines[here]} already",
                        "each key once",
                        "keep one of them: the first would be lost in silence",
                        line,
                    )
                )
                continue
            self.lines[here] = line
            mapping[key] = self.value(value_node, here)
        return ENCRYPTED if set(mapping) == {"secure"} else mapping


def _outside(path: Path) -> str:
    """A path from the top of the file, in the form of `path_text` where it is one of slipway's."""
    shown = ".".join(str(part) for part in path)
    return shown.removeprefix("config.")


def _scalar(node: yaml.Node) -> Any:
    text = str(node.value)
    match node.tag:
        case t if t == _NULL:
            return None
        case t if t == _BOOL:
            return text.lower() == "true"
        case t if t == _INT:
            return int(text)
        case t if t == _FLOAT:
            return float(text)
        case _:
            return text
