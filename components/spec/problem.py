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
_ALIKE = 0.65
"""How alike two words are that differ by a slip: `aip` and `api` are 0.67, `colour` and `rollout` 0.62."""


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


Wrong = tuple[str, str, str, str]
"""What is wrong with a file: where in it, what was found, what is allowed, how to mend it."""


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
        return f"a mapping with the key{'s' * (len(keys) > 1)} {listed(keys, 'and')}" if keys else "an empty mapping"
    if isinstance(value, list):
        count = len(cast("list[object]", value))
        return f"a list of {count}" if count else "an empty list"
    if secret_value(str(value)) or _holds_secret(path):
        return HIDDEN
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        return str(value)
    return repr(value if len(value) <= _LONGEST_SHOWN else f"{value[:_LONGEST_SHOWN]}…")


def _holds_secret(path: Path) -> bool:
    """Whether a person may have written a secret at a path: under its name, or where secrets are declared."""
    names = [part for part in path if isinstance(part, str)]
    if path[:1] == ("secrets",):
        return "generated" not in names
    # A webhook's URL is all that it takes to post to it.
    return bool(names) and (secret_name(names[-1]) or names[-1] == "webhook")


def listed(words: Iterable[str], joint: str) -> str:
    """`a`, `b` and `c`, each in backquotes."""
    quoted = [f"`{word}`" for word in words]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} {joint} {quoted[-1]}" if quoted else "none"


def suggestion(word: str, known: Iterable[str]) -> str | None:
    """The known word that was probably meant."""
    by_fold = {name.lower(): name for name in known}
    folded = word.lower()
    close = get_close_matches(folded, by_fold, n=1, cutoff=_ALIKE)
    begun = [name for name in by_fold if len(name) > 2 and (folded.startswith(name) or name.startswith(folded))]
    return by_fold[(close or begun)[0]] if close or (begun and folded) else None
