"""A model behind a small HTTP API, which answers many callers with one run."""
