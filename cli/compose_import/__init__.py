"""From a Compose file to a proposed stack file, and what the guardrails object to."""
