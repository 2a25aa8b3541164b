"""The answers of the guardrails."""

from __future__ import annotations

from typing import Literal

Truth = bool | None
"""True, False, or None: not known yet."""

Verdict = Literal["violation", "unknown"]
"""What is said of what does not pass: it violates a rule, or nobody can know yet."""
