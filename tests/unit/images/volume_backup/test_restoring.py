"""A restore replaces what is there at its end, and leaves it alone until then."""

from pathlib import Path

import pytest
from volume_backup.restic import Restic, ResticError
from volume_backup.restoring import REPLACED, STAGING, RefusedError, restore

from tests.unit.images.volume_backup.support import settings


class Saved(Restic):
    """A snapshot that holds one file of a volume, and may break while it is read."""

    def __init__(self, *, breaks: bool = False, lacks: bool = False) -> None:
        super().__init__(settings(), {})
        self._breaks, self._lacks = breaks, lacks

    def restore(self, snapshot: str, folder: str, target: str) -> None:
        brought = Path(target) / folder.lstrip("/")
        if not self._lacks:
            brought.mkdir(parents=True)
            (brought / "saved").write_text(snapshot)
        if self._breaks:
            raise ResticError("damaged")


@pytest.fixture
def volume(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    return folder


def content(volume: Path) -> dict[str, str]:
    return {each.name: each.read_text() for each in volume.iterdir()}


def test_an_empty_volume_is_filled(volume: Path):
    restore(Saved(), "1a2b", [volume], force=False)

    assert content(volume) == {"saved": "1a2b"}


def test_a_file_systems_own_folder_does_not_count(volume: Path):
    (volume / "lost+found").mkdir()

    restore(Saved(), "1a2b", [volume], force=False)

    assert (volume / "saved").is_file()


def test_a_volume_that_holds_something_is_left_alone(volume: Path):
    (volume / "newer").write_text("work")

    with pytest.raises(RefusedError, match="--force"):
        restore(Saved(), "1a2b", [volume], force=False)

    assert content(volume) == {"newer": "work"}


def test_no_volume_is_touched_while_another_is_refused(volume: Path, tmp_path: Path):
    other = tmp_path / "other"
    other.mkdir()
    (other / "newer").write_text("work")

    with pytest.raises(RefusedError, match="other"):
        restore(Saved(), "1a2b", [volume, other], force=False)

    assert content(volume) == {}


def test_with_force_nothing_of_before_stays(volume: Path):
    (volume / "newer").write_text("work")

    restore(Saved(), "1a2b", [volume], force=True)

    assert content(volume) == {"saved": "1a2b"}


@pytest.mark.parametrize("saved", [Saved(breaks=True), Saved(lacks=True)], ids=["damaged", "without the volume"])
def test_a_restore_that_fails_leaves_what_was_there(saved: Saved, volume: Path):
    (volume / "newer").write_text("work")

    with pytest.raises((ResticError, RefusedError)):
        restore(saved, "1a2b", [volume], force=True)

    assert content(volume) == {"newer": "work"}


def test_what_a_killed_restore_left_is_no_hindrance(volume: Path):
    # given one that was killed while it put the new in the place of the old
    for name in (STAGING, REPLACED):
        (volume / name).mkdir()
        (volume / name / "half").write_text("half")

    restore(Saved(), "1a2b", [volume], force=False)

    assert content(volume) == {"saved": "1a2b"}
