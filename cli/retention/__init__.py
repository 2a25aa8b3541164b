"""Takes images out of a registry that nobody needs any more; `docs/retention.md` says which those are."""
