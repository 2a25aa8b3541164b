"""Mutants that no object can tell from the rule, each with the reason."""

_MENDING = "the rule asks whether there is a time at all; this one is what a remediation writes"
_TEXT = "a base is a text, or not known, and then nobody asks"
EQUIVALENT: dict[str, dict[str, str]] = {
    "job-ttl": dict.fromkeys(("jobTtlSeconds lowered", "jobTtlSeconds raised"), _MENDING),
    "limit-ratio": {
        "check 0: _ratio: without highest is not None": "the schema lets nothing through that is no quantity"
    },
    "env-ref-exists": {"_environment: 5 namespace not in made is True": "looks again for what it has found already"},
    "dockerfile-base-tag": {"check 0: term 1: _reference: 2 not isinstance(value, str) is False": _TEXT},
    "dockerfile-base-digest": {"check 0: term 1: _reference: 2 not isinstance(value, str) is False": _TEXT},
}
