"""The log: records appended to one file, each on the disk before its writer goes on.

Only the last record can be torn, since the one before was on the disk when it began. So what is damaged at the end is
cut off, for nobody was told that it is there; what is damaged before a whole record is damage to what was promised, and
is refused.
"""

import contextlib
import fcntl
import os
import struct
import zlib
from collections.abc import Callable, Generator, Iterable
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Self

from vector_service.record import any_whole, framed, records

NAME = "vectors.log"
TITLE = b"slipway vectors 1\n"

_HEAD = struct.Struct(f"<{len(TITLE)}sQI")


class LogError(Exception):
    """The log cannot be used as it is."""


class NoSpaceError(LogError):
    """A record was not written; the log is as it was before."""


class BrokenError(LogError):
    """The disk failed in a way that leaves open what is on it: only reading the log again tells."""


class ClosedError(LogError):
    """The log is not open, or broke before."""


class Log:
    """An open log.

    Attributes:
        size: bytes.
        cut: bytes of a torn record that were cut off when it was opened.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = folder / NAME
        self._next = folder / f"{NAME}.new"
        self._descriptor = -1
        self._salt = 0
        self._broken = False
        self.size = 0
        self.cut = 0
        self._lock = self._locked()

    @classmethod
    def opened(cls, folder: Path, apply: Callable[[bytes], None]) -> Self:
        """Open the log of a folder, or begin one.

        Args:
            folder: exists.
            apply: told every payload, in order.

        Raises:
            LogError: another process has it open, it is damaged, or the disk refuses.
        """
        try:
            log = cls(folder)
        except OSError as error:
            raise LogError(f"{folder} can't be used: {error.strerror}") from None
        try:
            log._open(apply)
        except BaseException:
            log.close()
            raise
        return log

    def append(self, payload: bytes) -> None:
        """Add a record; it is on the disk when this returns.

        Raises:
            NoSpaceError: it was not written; the next may be.
            BrokenError: now; `ClosedError` from now on.
        """
        if self._broken:
            raise ClosedError(f"{self._file} failed before")
        data = framed(payload, self.size, self._salt)
        try:
            _write(self._descriptor, data, self.size)
        except OSError as error:
            with self._or_broken():
                os.ftruncate(self._descriptor, self.size)
                os.fsync(self._descriptor)
            raise NoSpaceError(f"{self._file} can't be written: {error.strerror}") from None
        with self._or_broken():
            os.fsync(self._descriptor)
        self.size += len(data)

    def replace(self, payloads: Iterable[bytes]) -> None:
        """Put a log with these records into this one's place; after a crash there is the one or the other, whole.

        Raises:
            NoSpaceError: it was not written; the old log is in use.
            BrokenError: now; `ClosedError` from now on.
        """
        salt = int.from_bytes(os.urandom(8), "little")
        descriptor = -1
        try:
            descriptor = os.open(self._next, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o640)
            size = _write(descriptor, _head(salt), 0)
            for payload in payloads:
                size += _write(descriptor, framed(payload, size, salt), size)
            os.fsync(descriptor)
            os.replace(self._next, self._file)
        except OSError as error:
            if descriptor >= 0:
                os.close(descriptor)
            self._next.unlink(missing_ok=True)
            raise NoSpaceError(f"{self._next} can't be written: {error.strerror}") from None
        if self._descriptor >= 0:
            os.close(self._descriptor)
        self._descriptor, self._salt, self.size = descriptor, salt, size
        with self._or_broken():
            _sync_folder(self._folder)

    def close(self) -> None:
        """Leave the log to others."""
        for descriptor in (self._descriptor, self._lock):
            if descriptor >= 0:
                os.close(descriptor)
        self._descriptor = self._lock = -1

    def _locked(self) -> int:
        descriptor = os.open(self._folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            raise LogError(f"{self._folder} is in use by another process: one at a time may write there") from None
        return descriptor

    def _open(self, apply: Callable[[bytes], None]) -> None:
        self._next.unlink(missing_ok=True)
        if not self._file.exists():
            self.replace(())
            return
        self._descriptor = os.open(self._file, os.O_RDWR | os.O_CLOEXEC)
        length = os.fstat(self._descriptor).st_size
        if length < _HEAD.size:
            raise self._damaged(0)
        with contextlib.closing(mmap(self._descriptor, 0, access=ACCESS_READ)) as data:
            title, self._salt, checksum = _HEAD.unpack(data[: _HEAD.size])
            if title != TITLE or checksum != zlib.crc32(data[: _HEAD.size - 4]):
                raise self._damaged(0)
            self.size = _HEAD.size
            for end, payload in records(data, self.size, self._salt):
                apply(payload)
                self.size = end
            self.cut = length - self.size
            if self.cut and any_whole(data, self.size + 1, self._salt):
                raise self._damaged(self.size)
        if self.cut:
            with self._or_broken():
                os.ftruncate(self._descriptor, self.size)
                os.fsync(self._descriptor)

    def _damaged(self, offset: int) -> LogError:
        return LogError(
            f"{self._file} is damaged at byte {offset}, and more follows: bring back the last backup of {self._folder}"
        )

    @contextlib.contextmanager
    def _or_broken(self) -> Generator[None]:
        try:
            yield
        except OSError as error:
            self._broken = True
            raise BrokenError(f"{self._file} failed: {error.strerror}") from None


def _head(salt: int) -> bytes:
    head = _HEAD.pack(TITLE, salt, 0)[:-4]
    return head + struct.pack("<I", zlib.crc32(head))


def _write(descriptor: int, data: bytes, offset: int) -> int:
    """Write all of it; returns how much that is."""
    view = memoryview(data)
    while view:
        written = os.pwrite(descriptor, view, offset)
        view, offset = view[written:], offset + written
    return len(data)


def _sync_folder(folder: Path) -> None:
    """Names are on the disk when their folder is."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
