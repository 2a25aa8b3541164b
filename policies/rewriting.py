"""Changes YAML and JSON text in place: what is not changed stays byte for byte.

Only the places that differ are touched, found by their position; comments, order, quotes, indentation, separators and
line ends of the rest are never written anew, so they cannot change. Afterwards the text is read again: where it does
not say exactly what was meant (parts shared by an anchor, merged keys), nothing is changed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

import yaml

from policies.plain import plain
from policies.yaml_reader import read_yaml
from policies.yaml_text import Node, compose

_STEP = 2


class RewriteError(ValueError):
    """The text cannot be changed in place; the message says why."""


@dataclass(slots=True)
class _Edits:
    """What to put where, in the order of writing.

    Attributes:
        text: The text.
        newline: How its lines end.
        made: From where, to where, and what stands there afterwards.
    """

    text: str
    newline: str
    made: list[tuple[int, int, str]] = field(default_factory=list["tuple[int, int, str]"])

    def put(self, start: int, end: int, replacement: str) -> None:
        self.made.append((start, end, replacement))

    def applied(self) -> str:
        text = self.text
        # From the back, so that places hold; what is put at one place stands there in the order it was put.
        for start, end, _, replacement in sorted(((*e[:2], n, e[2]) for n, e in enumerate(self.made)), reverse=True):
            text = text[:start] + replacement + text[end:]
        return text


def rewrite(text: str, bodies: Mapping[int, tuple[object, object]], *, as_json: bool = False) -> str:
    """Changes documents of a text.

    Args:
        text: YAML or JSON.
        as_json: Whether it is a JSON file.
        bodies: By a document's number, its plain value as it is, and as it shall be.

    Returns:
        The changed text.

    Raises:
        RewriteError: It cannot be done in place.
    """
    edits = _Edits(text, "\r\n" if "\r\n" in text else "\n")
    # JSON may be indented by tabs and holds none anywhere else; a space in its place moves nothing.
    nodes = compose(text.replace("\t", " ") if as_json else text)
    for index, (old, new) in bodies.items():
        node = nodes[index]
        if node is not None:
            _change(node, old, new, edits, as_json)
    changed = edits.applied()
    if _read(changed, as_json) != [
        bodies[number][1] if number in bodies else body for number, body in enumerate(_read(text, as_json))
    ]:
        raise RewriteError("parts of it are shared by anchors or merged")
    return changed


def _read(text: str, as_json: bool) -> list[object]:
    try:
        bodies = [json.loads(text)] if as_json else read_yaml(text.encode())
        return [plain(body)[0] for body in bodies]
    except (yaml.YAMLError, ValueError) as error:
        raise RewriteError("the way it is written leaves no room for a change") from error


def _change(node: Node, old: object, new: object, edits: _Edits, as_json: bool) -> None:
    # What an alias stands for is changed where it is written, or not at all.
    if old == new or node.kind == "alias":
        return
    as_json = _is_json(node, as_json)
    if isinstance(old, dict) and isinstance(new, dict) and node.kind == "mapping":
        _change_mapping(node, cast("dict[str, object]", old), cast("dict[str, object]", new), edits, as_json)
    elif isinstance(old, list) and isinstance(new, list) and node.kind == "list":
        before, after = cast("list[object]", old), cast("list[object]", new)
        for child, one, other in zip(node.items, before, after, strict=False):
            _change(child, one, other, edits, as_json)
        if len(after) > len(before):
            _append(node, after[len(before) :], edits, as_json)
    elif old is None and node.kind == "scalar":
        edits.put(node.start, node.end, f"{'' if node.end > node.start else ' '}{_flow(cast('object', new), as_json)}")
    else:
        raise RewriteError("a value in it would have to be replaced")


def _change_mapping(node: Node, old: dict[str, object], new: dict[str, object], edits: _Edits, as_json: bool) -> None:
    added: dict[str, object] = {}
    for key, value in new.items():
        child = node.value(key)
        if child is not None:
            _change(child, old.get(key), value, edits, as_json)
        elif key not in old:
            added[key] = value
        elif old[key] != value:
            raise RewriteError("parts of it are merged from elsewhere")
    for key in old:
        if key not in new:
            _remove(node, key, edits)
    if added:
        _insert(node, added, edits, as_json)


def _insert(node: Node, added: dict[str, object], edits: _Edits, as_json: bool) -> None:
    """Adds entries at the end of a mapping."""
    if node.flow:
        entries = [f"{_flow(key, as_json)}: {_flow(value, as_json)}" for key, value in added.items()]
        _insert_flow(node, entries, edits)
    else:
        indent = _column(edits.text, node.entries[0][0].start)
        _insert_lines(node, [line for entry in added.items() for line in _block(*entry, indent)], edits)


def _append(node: Node, added: list[object], edits: _Edits, as_json: bool) -> None:
    """Adds items at the end of a list."""
    if node.flow:
        _insert_flow(node, [_flow(value, as_json) for value in added], edits)
        return
    dash = len(edits.text[: node.items[0].start].rstrip()) - 1
    indent = _column(edits.text, dash)
    _insert_lines(node, [line for value in added for line in _item(value, indent)], edits)


def _insert_lines(node: Node, lines: list[str], edits: _Edits) -> None:
    text, newline = edits.text, edits.newline
    at = _after(node, text)
    written = newline.join(lines)
    # A text that ends without a line break shall end so.
    edits.put(at, at, f"{written}{newline}" if at == 0 or text[at - 1] == "\n" else f"{newline}{written}")


def _insert_flow(node: Node, entries: list[str], edits: _Edits) -> None:
    text = edits.text
    children = [key for key, _ in node.entries] or node.items
    if not children:
        edits.put(node.end - 1, node.end - 1, ", ".join(entries))
        return
    at = node.entries[-1][1].end if node.entries else node.items[-1].end
    before = text[_line(text, children[-1].start) : children[-1].start]
    # One entry on each line stays one entry on each line.
    between = f"{edits.newline}{before}" if not before.strip() and "\n" in text[at : node.end] else " "
    comma = re.compile(r"\s*,").match(text, at, node.end)
    if comma:
        edits.put(comma.end(), comma.end(), between + f",{between}".join(entries))
    else:
        edits.put(at, at, "".join(f",{between}{entry}" for entry in entries))


def _remove(node: Node, key: str, edits: _Edits) -> None:
    places = [n for n, (name, _) in enumerate(node.entries) if name.text == key]
    if len(places) != 1:
        raise RewriteError("parts of it are merged from elsewhere")
    text, place = edits.text, places[0]
    name, value = node.entries[place]
    later = node.entries[place + 1][0].start if place + 1 < len(node.entries) else None
    line = _line(text, name.start)
    if node.flow and later is None and place:
        edits.put(node.entries[place - 1][1].end, value.end, "")
    elif node.flow:
        edits.put(name.start, later or value.end, "")
    elif len(node.entries) == 1:
        edits.put(name.start, value.end, "{}")
    elif not text[line : name.start].strip():
        edits.put(line, _after(value, text), "")
    elif later is not None and "#" not in text[value.end : later]:
        edits.put(name.start, later, "")
    else:
        raise RewriteError("the way it is written leaves no room for a change")


def _block(key: str, value: object, indent: int) -> list[str]:
    """An entry as lines of their own."""
    head = f"{' ' * indent}{_flow(key, False)}:"
    if isinstance(value, dict) and value:
        inner = cast("dict[str, object]", value).items()
        return [head, *(line for entry in inner for line in _block(*entry, indent + _STEP))]
    if isinstance(value, list) and any(isinstance(item, dict) for item in cast("list[object]", value)):
        return [head, *(line for item in cast("list[object]", value) for line in _item(item, indent + _STEP))]
    return [f"{head} {_flow(cast('object', value), False)}"]


def _item(value: object, indent: int) -> list[str]:
    """An item of a list as lines of their own."""
    if isinstance(value, dict) and value:
        inner = cast("dict[str, object]", value).items()
        lines = [line for entry in inner for line in _block(*entry, indent + _STEP)]
        return [f"{' ' * indent}- {lines[0].lstrip()}", *lines[1:]]
    return [f"{' ' * indent}- {_flow(cast('object', value), False)}"]


def _flow(value: object, as_json: bool) -> str:
    """A value in one line."""
    if as_json:
        return json.dumps(value, ensure_ascii=False)
    return yaml.safe_dump([value], default_flow_style=True, width=1_000_000).strip()[1:-1]


def _is_json(node: Node, around: bool) -> bool:
    """Whether a value is written as JSON is, with keys in double quotes; where it has none, as what is around it."""
    if node.kind == "mapping" and node.entries:
        return node.flow and node.entries[0][0].quoted
    return around


def _after(node: Node, text: str) -> int:
    """Where the line after a value begins."""
    if node.lines and text[node.end - 1 : node.end] == "\n":
        return node.end
    broken = text.find("\n", node.end)
    return len(text) if broken < 0 else broken + 1


def _line(text: str, at: int) -> int:
    """Where the line begins."""
    line = text.rfind("\n", 0, at) + 1
    return line + text.startswith("\ufeff") if line == 0 else line


def _column(text: str, at: int) -> int:
    return at - _line(text, at)
