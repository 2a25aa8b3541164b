"""What differs between two objects, property by property, and which differences need a replacement."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, TypeAlias

from toolchain.plugins.base import DiffKind, PropertyDiff
from toolchain.plugins.base_values import Properties, Unknown, Value

Path = tuple[str | int, ...]

Pattern = tuple[str, ...]
"""Steps of a path whose change needs a replacement; it covers all below it, and `ANY` stands for any element."""

ANY = "[*]"


class _Missing:
    """The type of `_MISSING`, which is not None: a field may be there and null."""


_MISSING: Final = _Missing()
_Field: TypeAlias = "Value | _Missing"
_REPLACING = {
    DiffKind.ADD: DiffKind.ADD_REPLACE,
    DiffKind.DELETE: DiffKind.DELETE_REPLACE,
    DiffKind.UPDATE: DiffKind.UPDATE_REPLACE,
}


def diff(old: Properties, new: Properties, replacing: Iterable[Pattern] = ()) -> dict[Path, PropertyDiff]:
    """Compares two objects.

    Lists are compared element by element. What is added or removed is one difference, however much is in it. A value
    that is not known yet counts as another one.

    Args:
        old: The object as it is.
        new: The object as it should be; it may hold `Unknown`.
        replacing: Paths whose change needs a replacement.
    """
    found: dict[Path, PropertyDiff] = {}
    patterns = tuple(replacing)

    def report(path: Path, kind: DiffKind, value: Value) -> None:
        if any(_concerns(pattern, path, value) for pattern in patterns):
            kind = _REPLACING[kind]
        deleted = kind in (DiffKind.DELETE, DiffKind.DELETE_REPLACE)
        found[path] = PropertyDiff(kind, input_diff=deleted)

    _compare_maps(report, (), old, new)
    return found


_Report = Callable[[Path, DiffKind, Value], None]


def _compare_maps(report: _Report, path: Path, old: Properties, new: Properties) -> None:
    for key in {**old, **new}:
        _compare(report, (*path, key), old.get(key, _MISSING), new.get(key, _MISSING))


def _compare(report: _Report, path: Path, old: _Field, new: _Field) -> None:
    if isinstance(new, Unknown):
        report(path, DiffKind.ADD if old is _MISSING else DiffKind.UPDATE, None)
    elif isinstance(new, _Missing):
        report(path, DiffKind.DELETE, None)
    elif new is None:
        if old is not None and old is not _MISSING:
            report(path, DiffKind.DELETE, None)
    elif isinstance(old, _Missing):
        report(path, DiffKind.ADD, new)
    elif isinstance(old, dict) and isinstance(new, dict):
        _compare_maps(report, path, old, new)
    elif isinstance(old, list) and isinstance(new, list):
        for index in range(max(len(old), len(new))):
            _compare(report, (*path, index), _at(old, index), _at(new, index))
    elif not _same(old, new):
        report(path, DiffKind.UPDATE, new)


def _at(items: list[Value], index: int) -> _Field:
    return items[index] if index < len(items) else _MISSING


def _same(old: Value, new: Value) -> bool:
    # Python takes True for 1; JSON does not.
    return old == new and isinstance(old, bool) == isinstance(new, bool)


def _concerns(pattern: Pattern, path: Path, value: Value) -> bool:
    """Tells whether a new `value` at `path` touches what `pattern` covers: something around it, or something in it."""
    for step, key in zip(pattern, path, strict=False):
        if step != (ANY if isinstance(key, int) else key):
            return False
    return _holds(value, pattern[len(path) :])


def _holds(value: Value, pattern: Sequence[str]) -> bool:
    if not pattern:
        return True
    if pattern[0] == ANY:
        return isinstance(value, list) and any(_holds(item, pattern[1:]) for item in value)
    return isinstance(value, dict) and pattern[0] in value and _holds(value[pattern[0]], pattern[1:])


def render_path(path: Path) -> str:
    """Returns `path` as the protocol writes it: `spec.ports[0].port`, `metadata.annotations["a.b/c"]`."""
    written = ""
    for key in path:
        if isinstance(key, int):
            written += f"[{key}]"
        elif any(char in '."[]' for char in key):
            written += '["' + key.replace('"', '\\"') + '"]'
        else:
            written += f".{key}" if written else key
    return written


_STEP = re.compile(r'\.?([^.\[\]"]+)|\[(\d+)\]|\[\*\]|\["((?:[^"\\]|\\.)*)"\]')


def parse_path(written: str) -> tuple[str | int, ...]:
    """Returns the steps of a written path; `*` stands for any key or index.

    Raises:
        ValueError: It is no path.
    """
    steps: list[str | int] = []
    position = 0
    while position < len(written):
        match = _STEP.match(written, position)
        if match is None:
            raise ValueError(f"{written!r} is no property path: it breaks off at character {position + 1}")
        name, index, quoted = match.groups()
        steps.append(int(index) if index else quoted.replace('\\"', '"') if quoted is not None else name or "*")
        position = match.end()
    return tuple(steps)


def covers(ignored: Sequence[str | int], path: Path) -> bool:
    """Tells whether `path` is, or lies below, the `ignored` one."""
    if len(ignored) > len(path):
        return False
    return all(step in ("*", key) for step, key in zip(ignored, path, strict=False))


def without(found: Mapping[Path, PropertyDiff], ignored: Iterable[str]) -> dict[Path, PropertyDiff]:
    """Returns the differences that no `ignored` path covers."""
    patterns = [parse_path(written) for written in ignored]
    return {path: diff for path, diff in found.items() if not any(covers(each, path) for each in patterns)}
