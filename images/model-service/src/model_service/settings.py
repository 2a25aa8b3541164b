"""What can be set beside the settings of every service (`http_service.settings`), by environment variables.

| variable | default | meaning |
|---|---|---|
| `APP_MODEL` | `/models/digits.onnx` | the ONNX file |
| `APP_MAX_BATCH` | `32` | the most rows that one run of the model is given |
| `APP_MAX_WAIT_SECONDS` | `0.005` | how long the first row of a batch waits for others |
| `APP_QUEUE_BATCHES` | `8` | how many full batches may wait; what comes on top is refused |
| `APP_THREADS` | `0` | threads of one run; 0: as many as the container may use |
"""

from pathlib import Path
from typing import Annotated

from http_service.settings import Settings
from pydantic import Field


class ModelSettings(Settings):
    """The service's settings; the module's docstring describes each."""

    model: Path = Path("/models/digits.onnx")
    max_batch: Annotated[int, Field(ge=1, le=1024)] = 32
    max_wait_seconds: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] = 0.005
    queue_batches: Annotated[int, Field(ge=1, le=1000)] = 8
    threads: Annotated[int, Field(ge=0, le=256)] = 0
