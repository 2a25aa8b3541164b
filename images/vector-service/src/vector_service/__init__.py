"""A small vector store behind an HTTP API: exact search in memory, and a log on disk that a crash does not hurt."""
