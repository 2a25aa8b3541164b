"""What the program is told, by variables."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

VOLUMES = Path("/volumes")
"""Where the workload's volumes are, each in a folder of its name."""

PORT = 9352
"""Where metrics and health are told."""


@dataclass(frozen=True)
class Settings:
    """What is saved, how often, and what is kept of it.

    Attributes:
        workload: the workload's name, by which snapshots are grouped.
        volumes: the names of its volumes.
        root: the folder that the volumes are below.
        every: seconds from one backup to the next.
        at: seconds after midnight, UTC, at which one of them falls.
        check_every: seconds from one check of everything to the next.
        keep: how many snapshots stay, by the name of the rule: `last`, `daily`, `weekly`, `monthly`.
        secrets: the file of each variable that restic alone is given.
    """

    workload: str
    volumes: tuple[str, ...]
    root: Path
    every: int
    at: int
    check_every: int
    keep: Mapping[str, int]
    secrets: Mapping[str, Path]

    @property
    def folders(self) -> tuple[str, ...]:
        """The folders that are saved."""
        return tuple(str(self.root / name) for name in self.volumes)


def settings(environ: Mapping[str, str], root: Path = VOLUMES) -> Settings:
    """Reads the variables that slipway sets; a missing one is a mistake of whoever wrote the container."""
    names = {"AWS_ACCESS_KEY_ID": "BACKUP_ACCESS_KEY_FILE", "AWS_SECRET_ACCESS_KEY": "BACKUP_SECRET_KEY_FILE"}
    return Settings(
        workload=environ["BACKUP_WORKLOAD"],
        volumes=tuple(environ["BACKUP_VOLUMES"].split()),
        root=root,
        every=int(environ["BACKUP_EVERY_SECONDS"]),
        at=int(environ["BACKUP_AT_SECONDS"]),
        check_every=int(environ["BACKUP_CHECK_SECONDS"]),
        keep=json.loads(environ["BACKUP_KEEP"]),
        secrets={variable: Path(environ[file]) for variable, file in names.items() if file in environ},
    )
