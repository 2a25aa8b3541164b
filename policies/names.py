"""The names of objects and containers, and how a message may say them."""

from __future__ import annotations

from typing import cast

from policies.plain import UNKNOWN, Path, Unknown

_SECRET = "(secret)"  # noqa: S105 (what is shown in place of one)
_NOT_KNOWN = "(not known yet)"
# What a name may have at most in Kubernetes; a message must stay a line.
_LONGEST_NAME = 253


def metadata_text(body: dict[str, object], key: str) -> object:
    """A field of an object's metadata.

    Args:
        body: A plain object.
        key: `name` or `namespace`.

    Returns:
        A text, `UNKNOWN`, or None.
    """
    metadata = body.get("metadata")
    if metadata is UNKNOWN:
        return UNKNOWN
    if not isinstance(metadata, dict):
        return None
    value = cast("dict[str, object]", metadata).get(key)
    return value if isinstance(value, str | Unknown) else None


def shown(name: object, path: Path, secrets: frozenset[Path]) -> str | None:
    """How a message says a name.

    Args:
        name: What stands in its place.
        path: Where it is.
        secrets: The paths of what is secret.

    Returns:
        The name; a placeholder for one that is secret or not known yet; None for what is no plain text.
    """
    if secrets and any(path[: len(secret)] == secret for secret in secrets):
        return _SECRET
    if name is UNKNOWN:
        return _NOT_KNOWN
    if not isinstance(name, str) or not name:
        return None
    return name if len(name) <= _LONGEST_NAME and name.isprintable() else None
