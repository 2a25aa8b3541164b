"""Reads YAML the way Kubernetes does, in bounded memory and time, whatever is in it.

Values are built from the parser's events, without recursion and with a count: PyYAML's own loader crashes on deep
nesting and lets a few lines of aliases stand for more than any memory holds. As in Kubernetes' own reader a date is a
text, and so is `1:30`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, cast

import yaml
from yaml import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceStartEvent,
    StreamEndEvent,
)
from yaml.composer import ComposerError
from yaml.constructor import ConstructorError

MAX_NODES = 1_000_000
"""The most values one document may hold once its aliases are written out."""

MAX_DEPTH = 200
"""The deepest nesting of one document: several times that of any schema of a custom resource."""


class RefusedError(Exception):
    """A document is not taken, and what follows it is not read; the text says why, to follow "document 3"."""


def read_yaml(data: bytes) -> Iterator[object]:
    """Reads the documents of a YAML text.

    Args:
        data: The text, in any encoding that YAML allows.

    Yields:
        Each document's value.

    Raises:
        RefusedError: The next document is larger or deeper than any that is taken.
        yaml.YAMLError: The text is no YAML from here on.
    """
    events: Iterator[Any] = iter(_LOADER(data).get_event, None)
    for event in events:
        if event.__class__ is DocumentStartEvent:
            yield _document(events)
        elif event.__class__ is StreamEndEvent:
            return


_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TAG = "tag:yaml.org,2002:"
# Tags that say what a value is anyway; `!` alone says "as it is written".
_MAPPING_TAGS = frozenset({None, "!", f"{_TAG}map"})
_SEQUENCE_TAGS = frozenset({None, "!", f"{_TAG}seq"})
_RESOLVED_TAGS = frozenset({f"{_TAG}{name}" for name in ("bool", "int", "float", "null")})
_MERGE = "<<"
_TOO_DEEP = "contains itself, or is nested too deeply"


@dataclass(slots=True)
class _Anchored:
    """What an anchor stands for.

    Attributes:
        value: The value.
        weight: How many values it is; 0 while it is not complete.
    """

    value: object
    weight: int


@dataclass(slots=True)
class _Open:
    """A mapping or a sequence that is being read.

    Attributes:
        value: It.
        before: How many values the document had before it.
        anchored: What stands for it, if it has an anchor.
        key: The key that waits for its value; None where none waits, which is a tuple of one to tell a key of null.
        merged: What it merges into itself, the weakest last.
    """

    value: dict[object, object] | list[object]
    before: int
    anchored: _Anchored | None
    key: tuple[object] | None = None
    merged: list[dict[object, object]] = field(default_factory=list[dict[object, object]])


def _document(events: Iterator[Any]) -> object:  # noqa: C901 (one case for each kind of event)
    """Builds one document; its start is read already, its end is read here."""
    anchors: dict[str, _Anchored] = {}
    open_ones: list[_Open] = []
    inner: _Open | None = None
    result: object = None
    count = 0
    for event in events:
        kind = event.__class__
        anchored = None
        if kind is ScalarEvent:
            count += 1
            value = _scalar(event)
            if event.anchor is not None:
                anchors[event.anchor] = _Anchored(value, 1)
        elif kind is MappingStartEvent or kind is SequenceStartEvent:
            count += 1
            if len(open_ones) >= MAX_DEPTH:
                raise RefusedError(_TOO_DEEP)
            value = _collection(event, kind is MappingStartEvent)
            if event.anchor is not None:
                anchored = anchors[event.anchor] = _Anchored(value, 0)
            open_ones.append(_Open(value, count, anchored))
            inner = open_ones[-1]
            continue
        elif kind is AliasEvent:
            value, weight = _alias(event, anchors)
            count += weight
        elif kind is DocumentEndEvent:
            return result
        else:
            # The end of a collection: it takes its place in the one around it.
            closed = open_ones.pop()
            if closed.anchored is not None:
                closed.anchored.weight = 1 + count - closed.before
            if closed.merged:
                _merge(closed)
            value = closed.value
            inner = open_ones[-1] if open_ones else None
        if count > MAX_NODES:
            raise RefusedError(f"holds more than {MAX_NODES:,} values")
        if inner is None:
            result = value
        else:
            _put(inner, value, event)
    return result


def _put(inner: _Open, value: object, event: Any) -> None:
    """Adds a value to the collection around it; in a mapping, every other one is a key."""
    around = inner.value
    if isinstance(around, list):
        around.append(value)
    elif inner.key is None:
        inner.key = (value,)
        if isinstance(value, dict | list):
            raise ConstructorError("while constructing a mapping", None, "found unhashable key", event.start_mark)
    else:
        (key,), inner.key = inner.key, None
        if key == _MERGE and isinstance(value, dict):
            inner.merged.append(cast("dict[object, object]", value))
        elif key == _MERGE and isinstance(value, list) and _all_mappings(cast("list[object]", value)):
            inner.merged += cast("list[dict[object, object]]", value)
        else:
            around[key] = value


def _all_mappings(items: list[object]) -> bool:
    return bool(items) and all(isinstance(item, dict) for item in items)


def _merge(closed: _Open) -> None:
    own = cast("dict[object, object]", closed.value)
    stated = own.copy()
    for each in reversed(closed.merged):
        own.update(each)
    own.update(stated)


def _collection(event: Any, is_mapping: bool) -> dict[object, object] | list[object]:
    if event.tag not in (_MAPPING_TAGS if is_mapping else _SEQUENCE_TAGS):
        raise ConstructorError(None, None, f"the tag {event.tag!r} is not known", event.start_mark)
    return {} if is_mapping else []


def _alias(event: Any, anchors: dict[str, _Anchored]) -> tuple[object, int]:
    found = anchors.get(event.anchor)
    if found is None:
        raise ComposerError(None, None, f"found undefined alias {event.anchor!r}", event.start_mark)
    if not found.weight:
        raise RefusedError(_TOO_DEEP)
    return found.value, found.weight


def _scalar(event: Any) -> object:
    value: str = event.value
    if event.implicit[0]:
        # Written plainly: what it is follows from how it looks.
        try:
            return _PLAIN[value]
        except KeyError:
            return _plain(value)
    if event.tag is None or event.tag == "!" or event.implicit[1]:
        return value
    return _MEANING.construct_object(yaml.ScalarNode(event.tag, value, event.start_mark, event.end_mark))


# What plain scalars mean, for those met so far: a few make up most of what manifests hold.
_PLAIN: dict[str, object] = {}
_PLAIN_REMEMBERED = 10_000
_LONGEST_REMEMBERED = 100
# Resolves and constructs single scalars; its own text is empty.
_MEANING = yaml.SafeLoader("")


def _plain(value: str) -> object:
    tag = cast("str", _MEANING.resolve(yaml.ScalarNode, value, (True, False)))
    made: object = value
    if tag in _RESOLVED_TAGS and ":" not in value:
        made = _MEANING.construct_object(yaml.ScalarNode(tag, value))
        _MEANING.constructed_objects.clear()
    if len(_PLAIN) < _PLAIN_REMEMBERED and len(value) <= _LONGEST_REMEMBERED:
        _PLAIN[value] = made
    return made
