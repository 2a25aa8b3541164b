"""The log gives back what was promised, whatever a crash or a disk does to its end."""

from __future__ import annotations

import errno
import os
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from vector_service import log as module
from vector_service.log import NAME, BrokenError, ClosedError, Log, LogError, NoSpaceError
from vector_service.record import MARK

PAYLOADS = st.lists(st.binary(max_size=40), min_size=1, max_size=5)
IN_ONE_FOLDER = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def reopened(folder: Path) -> tuple[Log, list[bytes]]:
    told: list[bytes] = []
    return Log.opened(folder, told.append), told


def written(folder: Path, payloads: list[bytes]) -> list[int]:
    """A new log with these records; the sizes of the file after each, that of none first."""
    (folder / NAME).unlink(missing_ok=True)
    log, _ = reopened(folder)
    sizes = [log.size]
    for payload in payloads:
        log.append(payload)
        sizes.append(log.size)
    log.close()
    return sizes


@IN_ONE_FOLDER
@given(payloads=PAYLOADS)
def test_what_was_appended_is_told_in_order(tmp_path: Path, payloads: list[bytes]) -> None:
    written(tmp_path, payloads)
    log, told = reopened(tmp_path)
    log.close()
    assert (told, log.cut) == (payloads, 0)


@IN_ONE_FOLDER
@given(payloads=PAYLOADS, data=st.data())
def test_a_torn_end_costs_the_torn_record_only_and_is_told(
    tmp_path: Path, payloads: list[bytes], data: st.DataObject
) -> None:
    # given a log whose last record was written in part, or in part as zeros
    sizes = written(tmp_path, payloads)
    keep = data.draw(st.integers(sizes[-2], sizes[-1] - 1))
    zeros = data.draw(st.integers(0, 50))
    os.truncate(tmp_path / NAME, keep)
    os.truncate(tmp_path / NAME, keep + zeros)
    # when it is opened and written on
    log, told = reopened(tmp_path)
    assert told == payloads[:-1]
    assert log.cut == keep + zeros - sizes[-2]
    log.append(b"after")
    log.close()
    # then only the torn record is gone
    log, told = reopened(tmp_path)
    log.close()
    assert (told, log.cut) == ([*payloads[:-1], b"after"], 0)


@IN_ONE_FOLDER
@given(payloads=st.lists(st.binary(max_size=40), min_size=2, max_size=5), data=st.data())
def test_damage_before_a_whole_record_is_refused_and_nothing_is_cut(
    tmp_path: Path, payloads: list[bytes], data: st.DataObject
) -> None:
    sizes = written(tmp_path, payloads)
    content = bytearray((tmp_path / NAME).read_bytes())
    place = data.draw(st.integers(0, sizes[-2] - 1))
    content[place] ^= 1 << data.draw(st.integers(0, 7))
    (tmp_path / NAME).write_bytes(content)
    with pytest.raises(LogError, match=r"is damaged at byte \d+.*last backup"):
        reopened(tmp_path)
    assert (tmp_path / NAME).read_bytes() == content


def test_a_record_that_a_client_put_into_its_own_data_is_none(tmp_path: Path) -> None:
    # given a record that is torn, and holds what looks like a record
    forged = struct.pack("<4sIII", MARK, 0, 0, 0)
    sizes = written(tmp_path, [b"first", forged * 3])
    os.truncate(tmp_path / NAME, sizes[-1] - 1)
    log, told = reopened(tmp_path)
    log.close()
    assert told == [b"first"]


def test_a_log_begins_empty(tmp_path: Path) -> None:
    log, told = reopened(tmp_path)
    log.close()
    assert told == []


def test_a_file_that_is_no_log_is_refused(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(b"")
    with pytest.raises(LogError, match="damaged at byte 0"):
        reopened(tmp_path)


def test_a_folder_has_one_writer_at_a_time(tmp_path: Path) -> None:
    first, _ = reopened(tmp_path)
    with pytest.raises(LogError, match="in use by another process"):
        reopened(tmp_path)
    first.close()
    reopened(tmp_path)[0].close()


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(LogError, match="can't be used: No such file"):
        reopened(tmp_path / "none")


def test_a_record_is_on_the_disk_when_append_returns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # given the sizes of the file whenever it is brought to the disk
    log, _ = reopened(tmp_path)
    synced: list[int] = []
    sync = os.fsync

    def noted(descriptor: int) -> None:
        sync(descriptor)
        synced.append(os.fstat(descriptor).st_size)

    monkeypatch.setattr(module.os, "fsync", noted)
    log.append(b"payload")
    log.close()
    assert synced == [log.size]


def failing(error: int, times: int = 1) -> Callable[..., int]:
    """A system call that fails so often."""
    left = times

    def call(*_: object, **__: object) -> int:
        nonlocal left
        left -= 1
        if left >= 0:
            raise OSError(error, os.strerror(error))
        return 0

    return call


def test_a_full_disk_leaves_the_log_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log, _ = reopened(tmp_path)
    log.append(b"first")
    with monkeypatch.context() as full:
        full.setattr(module.os, "pwrite", failing(errno.ENOSPC))
        with pytest.raises(NoSpaceError, match="No space left"):
            log.append(b"second")
    log.append(b"third")
    log.close()
    log, told = reopened(tmp_path)
    log.close()
    assert told == [b"first", b"third"]


def test_a_disk_that_failed_is_written_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log, _ = reopened(tmp_path)
    with monkeypatch.context() as failed:
        failed.setattr(module.os, "fsync", failing(errno.EIO))
        with pytest.raises(BrokenError):
            log.append(b"first")
    with pytest.raises(ClosedError):
        log.append(b"second")
    log.close()


def test_a_log_is_replaced_as_a_whole(tmp_path: Path) -> None:
    log, _ = reopened(tmp_path)
    log.append(b"long" * 100)
    before = log.size
    log.replace([b"short", b"shorter"])
    assert log.size < before
    log.append(b"after")
    log.close()
    log, told = reopened(tmp_path)
    log.close()
    assert told == [b"short", b"shorter", b"after"]


def test_a_crash_while_a_log_is_replaced_leaves_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log, _ = reopened(tmp_path)
    log.append(b"old")
    # when the process ends before the new one has its name: nothing is tidied up
    monkeypatch.setattr(module.os, "replace", failing(errno.EIO))
    monkeypatch.setattr(Path, "unlink", failing(0, times=0))
    with pytest.raises(NoSpaceError):
        log.replace([b"new"])
    monkeypatch.undo()
    log.close()
    assert (tmp_path / f"{NAME}.new").exists()
    # then the old one is read, and the rest goes
    log, told = reopened(tmp_path)
    log.close()
    assert told == [b"old"]
    assert not (tmp_path / f"{NAME}.new").exists()
