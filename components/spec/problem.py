"""What is wrong with a configuration, told so that it can be mended without reading the code."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import cast

from components.spec.refusal import Path
from components.spec.secrecy import secret_name, secret_value

NAMESPACE = "slipway"
"""The namespace of slipway's keys in a stack's configuration."""

HIDDEN = "a value (not shown)"
"""Stands for any value that looks like a secret."""

_PLAIN_KEY = re.compile(r"[A-Za-z0-9_][-A-Za-z0-9_/]*")
_LONGEST_SHOWN = 80


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong.

    Attributes:
        place: the stack file, or the environment variable that set the value.
        path: the key in it, as `slipway:workloads.python-api.port`; empty for the file as a whole.
        found: what stands there.
        allowed: what may stand there.
        mend: what to change.
        line: the line of the file, counted from 1, if known.
    """

    place: str
    path: str
    found: str
    allowed: str
    mend: str
    line: int | None = None

    def __str__(self) -> str:
        where = self.place if self.line is None else f"{self.place}:{self.line}"
        return "\n".join(
            (
                f"{where}  {self.path}".rstrip(),
                f"  found:   {self.found}",
                f"  allowed: {self.allowed}",
                f"  mend:    {self.mend}",
            )
        )


class SpecError(ValueError):
    """A configuration that cannot be used, with everything that is wrong with it."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda problem: (problem.place, problem.line or 0, problem.path)))
        super().__init__(str(self))

    def __str__(self) -> str:
        count = len(self.problems)
        heading = "one problem" if count == 1 else f"{count} problems"
        return "\n\n".join((f"The configuration has {heading}; nothing was changed.", *map(str, self.problems)))


def path_text(path: Path) -> str:
    """A path as a person reads it: `slipway:workloads.python-api.extraPorts[0].port`."""
    if not path:
        return ""
    text = f"{NAMESPACE}:{path[0]}"
    for part in path[1:]:
        if isinstance(part, int):
            text += f"[{part}]"
        elif _PLAIN_KEY.fullmatch(part):
            text += f".{part}"
        else:
            text += f"[{json.dumps(part)}]"
    return text


def show(value: object, path: Path = ()) -> str:
    """A value as a person wrote it, shortened; nothing of it if it, or its name, looks like a secret."""
    if value is None:
        return "nothing"
    if isinstance(value, Mapping):
        keys = [str(key) for key in cast("Mapping[object, object]", value)]
        return f"a mapping with the keys {listed(keys, 'and')}" if keys else "an empty mapping"
    if isinstance(value, list):
        return f"a list with {len(cast('list[object]', value))} entries" if value else "an empty list"
    names = (part for part in path if isinstance(part, str))
    if secret_value(str(value)) or any(secret_name(name) for name in names):
        return HIDDEN
    if isinstance(value, bool):
        return "true" if value else "false"
    text = repr(value) if isinstance(value, str) else str(value)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}… ({len(text)} characters)"


def listed(words: Iterable[str], joint: str) -> str:
    """`a`, `b` and `c`, each in backquotes."""
    quoted = [f"`{word}`" for word in words]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} {joint} {quoted[-1]}" if quoted else "none"


def suggestion(word: str, known: Iterable[str]) -> str | None:
    """The known word that was probably meant."""
    by_fold = {name.lower(): name for name in known}
    close = get_close_matches(word.lower(), by_fold, n=1, cutoff=0.6)
    return by_fold[close[0]] if close else None
