"""Requests without pause, sent by `loader/main.go`."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any


class Load:
    """Requests to a URL, from its making until `end`."""

    def __init__(self, program: Path, url: str, rate: int, body: str = "") -> None:
        """Begin.

        Args:
            program: The loader.
            url: Where requests go.
            rate: How many in a second, if the machine can.
            body: Of JSON, which is posted; without it they are GETs.
        """
        command = [str(program), "-url", url, "-rate", str(rate), "-body", body]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def end(self) -> dict[str, Any]:
        """What became of them."""
        out, _ = self._process.communicate()
        return dict(json.loads(out))
