"""Where things stand in YAML or JSON text: what a parser throws away, and an edit in place needs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, cast

import yaml


@dataclass(slots=True)
class Node:
    """A value in the text.

    Attributes:
        kind: A mapping, a list, a scalar, or an alias of a value elsewhere.
        start: Where it begins; for an empty value, where it would stand.
        end: Where it ends, without the blank lines and comments after it.
        flow: Whether a collection is written in brackets.
        lines: Whether a scalar is a block of lines, which ends after its last line break.
        text: A scalar's text, unquoted.
        quoted: Whether a scalar stands in double quotes.
        entries: A mapping's keys and values.
        items: A list's items.
    """

    kind: Literal["mapping", "list", "scalar", "alias"]
    start: int
    end: int
    flow: bool = False
    lines: bool = False
    text: str = ""
    quoted: bool = False
    entries: list[tuple[Node, Node]] = field(default_factory=list["tuple[Node, Node]"])
    items: list[Node] = field(default_factory=list["Node"])

    def value(self, key: str) -> Node | None:
        """The value of a mapping's key; of two alike, the later."""
        found = [value for name, value in self.entries if name.kind == "scalar" and name.text == key]
        return found[-1] if found else None


def compose(text: str) -> list[Node | None]:
    """Finds the values of every document.

    Args:
        text: YAML, or JSON (which is YAML too) without tabs.

    Returns:
        The top of each document; None for an empty one.

    Raises:
        yaml.YAMLError: It is no YAML.
    """
    events = yaml.parse(text, yaml.SafeLoader)
    found: list[Node | None] = []
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent):
            top = _node(next(events), events)
            found.append(None if top.kind == "scalar" and top.start == top.end else top)
    return found


def _node(event: yaml.Event, events: Iterator[yaml.Event]) -> Node:
    start, end = _marks(event)
    if isinstance(event, yaml.AliasEvent):
        return Node("alias", start, end)
    if isinstance(event, yaml.ScalarEvent):
        return Node("scalar", start, end, lines=event.style in ("|", ">"), text=event.value, quoted=event.style == '"')
    flow = bool(cast("yaml.CollectionStartEvent", event).flow_style)
    node = Node("mapping" if isinstance(event, yaml.MappingStartEvent) else "list", start, end, flow=flow)
    while not isinstance(event := next(events), yaml.CollectionEndEvent):
        child = _node(event, events)
        if node.kind == "mapping":
            node.entries.append((child, _node(next(events), events)))
        else:
            node.items.append(child)
    if flow:
        node.end = _marks(event)[1]
    else:
        last = node.entries[-1][1] if node.entries else node.items[-1]
        node.end, node.lines = last.end, last.lines
    return node


def _marks(event: yaml.Event) -> tuple[int, int]:
    start, end = cast("tuple[yaml.Mark, yaml.Mark]", (event.start_mark, event.end_mark))
    return start.index, end.index
