"""What can be set beyond the settings of every HTTP service.

| variable | default | meaning |
|---|---|---|
| `APP_DATA` | `/data` | the folder of the log |
| `APP_MAX_STORE_BYTES` | `134217728` | memory that vectors may take: 4 bytes a number, ids, metadata, 512 for each |
| `APP_MAX_BODY_BYTES` | `4194304` | the largest request body |
"""

from pathlib import Path
from typing import Annotated

from http_service import settings
from pydantic import Field

MEBIBYTE = 1024 * 1024


class Settings(settings.Settings):
    """The settings; the module's docstring describes each."""

    data: Path = Path("/data")
    # A quarter of the memory of the smallest tier (`dev`, 512Mi): a search and a large request need some, too.
    max_store_bytes: Annotated[int, Field(ge=MEBIBYTE, le=1024 * 1024 * MEBIBYTE)] = 128 * MEBIBYTE
    # About 300 vectors of a thousand numbers as text; read, a body takes up to sixteen times its size.
    max_body_bytes: Annotated[int, Field(ge=1024, le=64 * MEBIBYTE)] = 4 * MEBIBYTE
