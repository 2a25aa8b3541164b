"""Writes environment variables as a shell reads them."""

from __future__ import annotations

import shlex
from collections.abc import Mapping

SHELLS = ("sh", "fish")


def exports(variables: Mapping[str, str], shell: str) -> str:
    """One line per variable, in order of their names, for `sh` (and bash, zsh) or `fish`."""
    line = _fish if shell == "fish" else _sh
    return "".join(line(name, value) for name, value in sorted(variables.items()))


def _sh(name: str, value: str) -> str:
    return f"export {name}={shlex.quote(value)}\n"


def _fish(name: str, value: str) -> str:
    """Fish knows two escapes inside single quotes, and wants PATH as a list."""
    if name == "PATH":
        return f"set -gx PATH {' '.join(_fish_quote(part) for part in value.split(':'))}\n"
    return f"set -gx {name} {_fish_quote(value)}\n"


def _fish_quote(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
