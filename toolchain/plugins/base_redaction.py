"""Keeping secret values out of messages: what containers print, and what servers quote in refusals."""

import base64
import binascii
import contextlib
import json
import threading
from collections.abc import Iterator

from toolchain.plugins.base_values import Output, Properties, Secret, Value

SHORTEST = 4
"""Characters. Shorter values would blank out half of every message, and are guessed in no time anyway."""

MASK = "[secret]"


class Redactor:
    """Knows the secret values that passed through this process, and takes them out of texts."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: set[str] = set()
        self._sorted: tuple[str, ...] = ()

    def learn(self, properties: Properties) -> None:
        """Remembers every value marked secret in `properties`, and what it is in base64 and without."""
        found = {form for value in _secrets(properties) for form in _forms(value)}
        with self._lock:
            if not found <= self._known:
                self._known |= found
                self._sorted = tuple(sorted(self._known, key=len, reverse=True))

    def clean(self, message: str) -> str:
        """Returns the message with `[secret]` in place of every secret value."""
        for value in self._sorted:
            if value in message:
                message = message.replace(value, MASK)
        return message


def _secrets(value: Value, *, inside: bool = False) -> Iterator[str]:
    """Yields the strings and numbers in `value` that are secret."""
    match value:
        case Secret():
            yield from _secrets(value.value, inside=True)
        case Output():
            yield from _secrets(value.value, inside=inside or value.secret)
        case dict():
            for item in value.values():
                yield from _secrets(item, inside=inside)
        case list():
            for item in value:
                yield from _secrets(item, inside=inside)
        case str() if inside:
            yield value
        case int() | float() if inside and not isinstance(value, bool):
            yield str(value)
        case _:
            return


def _forms(value: str) -> Iterator[str]:
    """Yields how a value may appear: as it is, as a JSON string, line by line, encoded and decoded."""
    plain = [value]
    with contextlib.suppress(binascii.Error, ValueError):  # it is no base64, or no text
        plain.append(base64.b64decode(value, validate=True).decode())
    for text in plain:
        encoded = base64.b64encode(text.encode()).decode()
        for form in (text, encoded, json.dumps(text)[1:-1], *text.splitlines()):
            if len(form.strip()) >= SHORTEST:
                yield form.strip()
