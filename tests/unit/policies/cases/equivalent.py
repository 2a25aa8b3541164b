"""Mutants that no object can tell from the rule, each with the reason."""

_MENDING = "the rule asks whether there is a time at all; this one is what a remediation writes"
EQUIVALENT: dict[str, dict[str, str]] = {
    "job-ttl": dict.fromkeys(("jobTtlSeconds lowered", "jobTtlSeconds raised"), _MENDING),
}
