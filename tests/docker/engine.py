"""What tests do with a Docker engine, by its own client."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

Object = dict[str, Any]


@dataclass(frozen=True)
class Engine:
    """An engine that answers.

    Attributes:
        endpoint: As `DOCKER_HOST` has it.
        client: The program that speaks to it.
    """

    endpoint: str
    client: Path

    def try_docker(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the client; never raises for its exit code."""
        environ = {**os.environ, "DOCKER_HOST": self.endpoint}
        return subprocess.run([str(self.client), *arguments], env=environ, capture_output=True, text=True, check=False)

    def docker(self, *arguments: str) -> str:
        """Run the client; what it printed. Fails the test if it fails."""
        done = self.try_docker(*arguments)
        assert done.returncode == 0, f"docker {' '.join(arguments)}: {done.stderr}"
        return done.stdout.strip()

    def inspect(self, name: str, kind: str = "container") -> Object:
        """What the engine says of one object."""
        return cast(list[Object], json.loads(self.docker(kind, "inspect", name)))[0]

    def exists(self, name: str, kind: str = "container") -> bool:
        """Whether there is one of that name."""
        return self.try_docker(kind, "inspect", name).returncode == 0

    def clear(self, prefix: str) -> None:
        """Remove every container, network and volume whose name begins so."""
        removals = {"container": ("--force", "--volumes"), "network": (), "volume": ("--force",)}
        found = self.names(prefix)
        for kind, options in removals.items():
            if names := [name for one, name in found if one == kind]:
                self.docker(kind, "rm", *options, *names)

    def names(self, prefix: str) -> set[tuple[str, str]]:
        """Kind and name of every container, network and volume whose name begins so."""
        found: set[tuple[str, str]] = set()
        for kind, words, field in (
            ("container", ("ls", "--all"), "{{.Names}}"),
            ("network", ("ls",), "{{.Name}}"),
            ("volume", ("ls",), "{{.Name}}"),
        ):
            listed = self.docker(kind, *words, "--format", field).split()
            found |= {(kind, name) for name in listed if name.startswith(prefix)}
        return found
