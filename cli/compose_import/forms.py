"""The short forms of a Compose file, each in its one long form."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from typing import Any, cast

_VARIABLE = re.compile(r"\$(?:\$|\{(?P<name>\w+)(?:(?P<kind>:?[-?+])(?P<word>[^}]*))?\}|(?P<plain>\w+))")
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(us|ms|s|m|h|d)")
_SECONDS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?", re.IGNORECASE)
_FACTOR = {"": 1, "k": 2**10, "m": 2**20, "g": 2**30, "t": 2**40}
MEBIBYTE = 2**20


def interpolated(value: Any) -> Any:
    """The value with every variable that has a default replaced by it; others stay as they are written."""
    if isinstance(value, str):
        return _VARIABLE.sub(_replaced, value)
    if isinstance(value, list):
        return [interpolated(each) for each in cast("list[Any]", value)]
    if isinstance(value, dict):
        return {key: interpolated(below) for key, below in cast("dict[str, Any]", value).items()}
    return value


def _replaced(found: re.Match[str]) -> str:
    if found[0] == "$$":
        return "$"
    return found["word"] if found["kind"] in ("-", ":-") else found[0]


def variables(text: str) -> tuple[str, ...]:
    """The variables that are left in a text."""
    return tuple(found["name"] or found["plain"] for found in _VARIABLE.finditer(text) if found[0] != "$$")


def mapping(value: object) -> dict[str, Any]:
    """A mapping, or nothing."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


def items(value: object) -> list[Any]:
    """A list; one value is a list of one."""
    if value is None:
        return []
    return cast("list[Any]", value) if isinstance(value, list) else [value]


def pairs(value: object) -> Iterator[tuple[str, Any]]:
    """Names and their values in order, from `NAME=value` lines or a mapping; what has no value is None."""
    if isinstance(value, Mapping):
        for name, below in cast("Mapping[object, Any]", value).items():
            yield str(name), below
        return
    for line in items(value):
        name, sign, text = str(line).partition("=")
        yield name, (text if sign else None)


def named(value: object) -> dict[str, Any]:
    """The same by name; of two with one name the last counts."""
    return dict(pairs(value))


def plain(value: object) -> str:
    """A value of a variable, as a container is given it."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def words(value: object) -> list[str]:
    """A command: a list as it is, a line as a shell would part it."""
    return shlex.split(value) if isinstance(value, str) else [str(word) for word in items(value)]


def keyed(value: object) -> dict[str, dict[str, Any]]:
    """Names with their options, from a list of names or a mapping."""
    if isinstance(value, Mapping):
        return {str(name): mapping(below) for name, below in cast("Mapping[object, Any]", value).items()}
    return {str(name): {} for name in items(value)}


def seconds(value: object) -> int | None:
    """A duration in whole seconds, at least one; None for none."""
    if isinstance(value, int | float):
        return max(int(value), 1)
    parts = _DURATION.findall(str(value)) if value is not None else []
    return max(round(sum(float(amount) * _SECONDS[unit] for amount, unit in parts)), 1) if parts else None


def mebibytes(value: object) -> int | None:
    """A size in whole MiB; Compose's units are powers of two. None for none."""
    if isinstance(value, int):
        return max(value // MEBIBYTE, 1)
    found = _SIZE.fullmatch(str(value).strip()) if value is not None else None
    return max(int(float(found[1]) * _FACTOR[found[2].lower()]) // MEBIBYTE, 1) if found else None


def ports(value: object) -> Iterator[dict[str, Any]]:
    """Published ports: `target`, `published`, `host_ip` and `protocol`; ranges are left out."""
    for each in items(value):
        if isinstance(each, Mapping):
            yield dict(cast("Mapping[str, Any]", each))
            continue
        text, _, protocol = str(each).partition("/")
        host, _, target = text.rpartition(":")
        address, _, published = host.rpartition(":")
        yield {
            "target": int(target) if target.isdigit() else target,
            "published": published or target,
            "host_ip": address.strip("[]"),
            "protocol": protocol or "tcp",
        }


def volumes(value: object) -> Iterator[dict[str, Any]]:
    """Mounts: `type`, `source`, `target` and `read_only`."""
    for each in items(value):
        if isinstance(each, Mapping):
            yield dict(cast("Mapping[str, Any]", each))
            continue
        parts = str(each).split(":")
        source, target = (parts[0], parts[1]) if len(parts) > 1 else ("", parts[0])
        read_only = len(parts) > 2 and "ro" in parts[2].split(",")
        kind = "bind" if source.startswith((".", "/", "~")) else "volume"
        yield {"type": kind, "source": source, "target": target, "read_only": read_only}


def quantity(amount: int | None) -> str | None:
    """Whole MiB as a stack file writes them."""
    if amount is None:
        return None
    return f"{amount // 1024}Gi" if amount % 1024 == 0 else f"{amount}Mi"
