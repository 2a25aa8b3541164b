"""Reading what an API server sent: where a field is missing or of another type, functions return something empty."""

from datetime import datetime

from toolchain.plugins.base_values import Properties, Value
from toolchain.plugins.kubernetes.objects import text

__all__ = ["condition", "count", "flag", "moment", "section", "sections", "text", "texts"]


def _at(obj: Properties, path: tuple[str, ...]) -> Value:
    value: Value = obj
    for key in path:
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    return value


def section(obj: Properties, *path: str) -> Properties:
    """Returns the map at `path`, or {}."""
    value = _at(obj, path)
    return value if isinstance(value, dict) else {}


def sections(obj: Properties, *path: str) -> list[Properties]:
    """Returns the maps in the list at `path`."""
    value = _at(obj, path)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def texts(obj: Properties, *path: str) -> list[str]:
    """Returns the strings in the list at `path`."""
    value = _at(obj, path)
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def count(obj: Properties, *path: str, default: int = 0) -> int:
    """Returns the whole number at `path`, or `default`."""
    value = _at(obj, path)
    return value if isinstance(value, int) and not isinstance(value, bool) else default


def flag(obj: Properties, *path: str) -> bool:
    """Tells whether `path` holds true."""
    return _at(obj, path) is True


def moment(obj: Properties, *path: str) -> datetime | None:
    """Returns the time at `path`, in the server's clock, or None."""
    written = text(obj, *path)
    try:
        return datetime.fromisoformat(written) if written else None
    except ValueError:
        return None


def condition(obj: Properties, kind: str) -> Properties:
    """Returns the entry of `status.conditions` of that type, or {}."""
    for found in sections(obj, "status", "conditions"):
        if found.get("type") == kind:
            return found
    return {}
