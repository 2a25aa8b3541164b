"""What can be set beside what every service has.

| variable | default | meaning |
|---|---|---|
| `APP_WORKERS` | `0` | processes that answer; 0: one for each processor that the container may use, by its limit |
"""

from typing import Annotated

from http_service.processors import usable
from http_service.settings import Settings
from pydantic import Field


class WorkerSettings(Settings):
    """The settings of a service in several processes."""

    workers: Annotated[int, Field(ge=0, le=64)] = 0

    @property
    def processes(self) -> int:
        """How many answer."""
        return self.workers or usable()
