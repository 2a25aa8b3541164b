"""Text utilities behind a small HTTP API."""
