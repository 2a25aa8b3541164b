"""How bad a finding in an image is."""

from typing import Final, Literal, get_args

Severity = Literal["critical", "high", "medium", "low", "unknown", "not-checked"]
"""`unknown`: an advisory that says nothing of it. `not-checked`: no source of advisories covers the package at all."""

SEVERITIES: Final[tuple[Severity, ...]] = get_args(Severity)
"""From the worst down."""
