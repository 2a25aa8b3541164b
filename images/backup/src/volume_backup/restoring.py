"""Brings a volume back, so that a restore which fails or is killed leaves what was there."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from volume_backup.restic import LEFT_OUT, Restic

STAGING, REPLACED = ".slipway-restoring", ".slipway-replaced"
"""Folders of the volume itself: what is written anew, and what was there before."""


class RefusedError(Exception):
    """The volume holds something, or the snapshot does not hold it."""


def restore(restic: Restic, snapshot: str, volumes: Sequence[Path], *, force: bool) -> None:
    """Brings volumes back to a snapshot.

    Everything is written and read back beside what is there, and takes its place only then: until then there has to be
    room for both.

    Args:
        restic: the repository.
        snapshot: the snapshot's id.
        volumes: the volumes' folders, which have the paths that they were saved with.
        force: replace what they hold.

    Raises:
        RefusedError: a volume is not empty, and nobody said `force`; or the snapshot lacks it.
        ResticError: the snapshot could not be read. The volume is as it was.
    """
    for volume in volumes:
        if (held := _content(volume)) and not force:
            raise RefusedError(
                f"the volume {volume.name!r} holds {len(held)} entries, such as {held[0].name!r}: --force replaces them"
            )
    for volume in volumes:
        _restore(restic, snapshot, volume)


def _restore(restic: Restic, snapshot: str, volume: Path) -> None:
    staging, replaced = volume / STAGING, volume / REPLACED
    _remove(staging)
    staging.mkdir(mode=0o700)
    try:
        restic.restore(snapshot, str(volume), str(staging))
        brought = staging / volume.relative_to("/")
        if not brought.is_dir():
            raise RefusedError(f"snapshot {snapshot} has no volume {volume.name!r}")
        replaced.mkdir(mode=0o700, exist_ok=True)
        # One left by a restore that was killed holds what was there before that.
        for entry in _content(volume):
            entry.rename(replaced / entry.name)
        for entry in sorted(brought.iterdir()):
            entry.rename(volume / entry.name)
        _remove(replaced)
    finally:
        _remove(staging)


def _content(folder: Path) -> list[Path]:
    return sorted(entry for entry in folder.iterdir() if entry.name not in LEFT_OUT)


def _remove(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)
