"""Mutants that no object can tell from the rule, each with the reason."""

EQUIVALENT: dict[str, dict[str, str]] = {}
