"""Logs for machines: one JSON object a line on standard output."""

import json
import logging
import sys
from collections.abc import Sequence
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, TextIO, cast

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
"""The id of the request being answered, put on each of its log lines."""

MASK = "***"


class JsonFormatter(logging.Formatter):
    """A record as one line: time (UTC), level, logger, message, request id, the record's `fields`, exception.

    Args:
        secrets: values that are masked wherever they turn up, an exception's message included.
    """

    def __init__(self, secrets: Sequence[str] = ()) -> None:
        super().__init__()
        self._masked = [json.dumps(secret)[1:-1] for secret in secrets if secret]

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line of JSON in ASCII."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if (current := request_id.get()) is not None:
            line["request_id"] = current
        line |= cast(dict[str, Any], getattr(record, "fields", {}))
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        text = json.dumps(line, default=str)
        for secret in self._masked:
            text = text.replace(secret, MASK)
        return text


def configure(level: str, secrets: Sequence[str] = (), stream: TextIO | None = None) -> None:
    """Send every logger's records to one stream (standard output) in one form.

    Args:
        level: `debug`, `info`, `warning` or `error`.
        secrets: values to mask.
        stream: where to write, for tests.
    """
    handler = logging.StreamHandler(stream or sys.stdout)
    handler.setFormatter(JsonFormatter(secrets))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    # The event loop's own records at debug level say nothing about the service.
    logging.getLogger("asyncio").setLevel(logging.WARNING)
