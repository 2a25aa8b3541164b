"""Hides what looks like a secret, a second time: the engine masks only what somebody declared to be one."""

from __future__ import annotations

import re
from typing import Any, cast

from cli.comment.markdown import shorten
from cli.plain import mapping
from components.spec.secrecy import secret_name, secret_value

# How the engine marks a secret in its events, and a value that is not known before the update.
SECRET_SIGNATURE = "4dabf18193072939515e22adb298388d"  # noqa: S105 - a marker, published in the engine's source
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"

SECRET_SHOWN = "[secret]"  # noqa: S105 - what is shown instead
MASKED_SHOWN = "[masked]"
UNKNOWN_SHOWN = "[known after the update]"

# Nobody reads on, and patterns take their time on one word of a megabyte.
LONGEST_LINE = 4_000

# Kubernetes has fields of these names that hold names, and hold no secret.
_HARMLESS = ("key", "secretName", "tokenName", "topologyKey")

_KEY_BLOCK = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL)
# `password=…`, `"api_key": "…"`; in `failed: password=…` only the second word is a name.
_NAMED = re.compile(
    r"(?<![A-Za-z0-9_.-])(?P<name>[A-Za-z0-9_.-]+)(?P<between>[\"']?\s*[=:]\s*)(?![A-Za-z0-9_.-]+[\"']?\s*[=:])"
    r"(?P<value>[^\s\"',;]+|\"[^\"]*\"|'[^']*')"
)


def shown_value(value: Any, name: str = "") -> Any:
    """A property as it may be shown: secrets, unknowns and everything that looks like a secret replaced by words."""
    if isinstance(value, dict):
        return _shown_mapping(cast(dict[str, Any], value))
    if isinstance(value, list):
        return [shown_value(item, name) for item in cast(list[Any], value)]
    if not isinstance(value, str):
        return value
    if value == UNKNOWN:
        return UNKNOWN_SHOWN
    named_secret = secret_name(name) and name not in _HARMLESS
    return MASKED_SHOWN if value and (named_secret or secret_value(value)) else value


def _shown_mapping(value: dict[str, Any]) -> Any:
    if SECRET_SIGNATURE in value:
        return SECRET_SHOWN
    is_secret = value.get("kind") == "Secret"
    variable = value.get("name") if isinstance(value.get("name"), str) and "value" in value else None
    shown: dict[str, Any] = {}
    for key, inner in value.items():
        if key.startswith("__"):
            continue
        if is_secret and key in ("data", "stringData"):
            shown[key] = {name: _hidden(content) for name, content in mapping(inner).items()} or _hidden(inner)
        else:
            shown[key] = shown_value(inner, str(variable) if key == "value" and variable else key)
    return shown


def _hidden(value: Any) -> str:
    if value == UNKNOWN:
        return UNKNOWN_SHOWN
    return SECRET_SHOWN if SECRET_SIGNATURE in mapping(value) else MASKED_SHOWN


def shown_text(message: str) -> str:
    """A message as it may be shown: private keys, words with the shape of a credential, and `password=…` are masked."""
    without_keys = _KEY_BLOCK.sub(MASKED_SHOWN, message).replace(UNKNOWN, UNKNOWN_SHOWN)
    return "\n".join(_shown_line(line) for line in without_keys.split("\n"))


def _shown_line(line: str) -> str:
    named = _NAMED.sub(_hide_named, shorten(line, LONGEST_LINE))
    return " ".join(MASKED_SHOWN if secret_value(word) else word for word in named.split(" "))


def _hide_named(found: re.Match[str]) -> str:
    name = found["name"].rpartition(".")[2]
    hidden = secret_name(name) and name not in _HARMLESS
    return f"{found['name']}{found['between']}{MASKED_SHOWN}" if hidden else found[0]
