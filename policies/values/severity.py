"""How bad a finding in an image, or in its Dockerfile, is."""

from typing import Final, Literal, get_args

Graded = Literal["critical", "high", "medium", "low"]
"""How bad something is that is known."""

Severity = Literal["critical", "high", "medium", "low", "unknown", "not-checked"]
"""`unknown`: an advisory that says nothing of it. `not-checked`: no source of advisories covers the package at all."""

GRADES: Final[tuple[Graded, ...]] = get_args(Graded)
"""From the worst down."""

SEVERITIES: Final[tuple[Severity, ...]] = get_args(Severity)
"""From the worst down."""
