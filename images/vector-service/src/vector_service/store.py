"""The store: what is in memory, and the log that it is made from again after a restart."""

import logging
import threading
from pathlib import Path

from vector_service.change import Delete, Floats, Put, decoded, encoded
from vector_service.log import ClosedError, Log, NoSpaceError
from vector_service.vectors import KEEPING, Found, Metric, Vectors, size_of

SLACK = 1024 * 1024
"""Bytes that the log may hold beyond twice what the vectors need there: a small one is not written again and again."""

FRAMING = 32
"""Bytes that a vector needs in the log beyond its numbers, id and metadata, rounded up."""

_log = logging.getLogger("vector_service")


class RefusedError(Exception):
    """A change that the store does not take, with what is allowed."""


class FullError(RefusedError):
    """The store has no room for it."""


class Store:
    """A vector store on disk, for several threads at once.

    A change is on the disk before it can be seen, and before its caller is answered. Searches wait for no disk.

    Args:
        folder: of the log.
        most: bytes of memory that the vectors may take.

    Attributes:
        compactions: how often the log was written anew, without what was deleted or replaced.
    """

    def __init__(self, folder: Path, most: int) -> None:
        self._folder = folder
        self._vectors = Vectors()
        self._log: Log | None = None
        self._writing = threading.Lock()
        self._memory = threading.Lock()
        self._compact_beyond = 0
        self.most = most
        self.compactions = 0

    def open(self) -> None:
        """Make memory what the log says.

        Raises:
            LogError: the log cannot be used.
            ValueError: it says what cannot be.
        """
        with self._writing, self._memory:
            log = Log.opened(self._folder, self._replay)
            told = {"vectors": len(self._vectors), "log_bytes": log.size}
            _log.info("log read", extra={"fields": told})
            if log.cut:
                told = {"bytes": log.cut, "at": log.size}
                _log.warning("cut a record that a crash left unfinished; nobody was told of it", extra={"fields": told})
            self._log = log

    def close(self) -> None:
        """Leave the folder to others."""
        with self._writing:
            if self._log:
                self._log.close()
            self._log = None

    @property
    def opened(self) -> bool:
        """Whether it can be asked."""
        return self._log is not None

    @property
    def log_bytes(self) -> int:
        """The size of the log."""
        return self._log.size if self._log else 0

    @property
    def cut_bytes(self) -> int:
        """The bytes of an unfinished record that were cut off when the log was opened."""
        return self._log.cut if self._log else 0

    @property
    def size(self) -> int:
        """Bytes of memory that the vectors take."""
        return self._vectors.size

    @property
    def dimension(self) -> int:
        """How many numbers each vector has; 0 while there are none."""
        return self._vectors.dimension

    def __len__(self) -> int:
        return len(self._vectors)

    def put(self, change: Put) -> None:
        """Put vectors in, all or none; each id once.

        Raises:
            RefusedError: another dimension, or no room.
            LogError: the disk refuses; nothing was changed.
        """
        with self._writing:
            dimension = change.values.shape[1]
            if len(self) and dimension != self.dimension:
                raise RefusedError(f"the vectors here have {self.dimension} numbers, and these have {dimension}")
            added = sum(
                size_of(name, dimension, metadata) - self._vectors.taken(name)
                for name, metadata in zip(change.ids, change.metadata, strict=True)
            )
            if self.size + added > self.most:
                raise FullError(
                    f"the store takes {self.size} of {self.most} bytes, and this would add {added}: "
                    "delete some, or raise APP_MAX_STORE_BYTES"
                )
            self._written(change)

    def delete(self, change: Delete) -> int:
        """Take vectors out; returns how many were there.

        Raises:
            LogError: the disk refuses; nothing was changed.
        """
        with self._writing:
            there = [name for name in change.ids if self._vectors.taken(name)]
            return self._written(Delete(there)) if there else 0

    def get(self, name: str) -> tuple[Floats, str] | None:
        """A vector's numbers and metadata."""
        with self._memory:
            return self._vectors.get(name)

    def search(self, query: Floats, top: int, metric: Metric) -> list[Found]:
        """The `top` vectors with the highest scores, the highest first.

        Raises:
            RefusedError: the query has another dimension.
        """
        with self._memory:
            if len(self) and len(query) != self.dimension:
                raise RefusedError(f"the vectors here have {self.dimension} numbers, and the query has {len(query)}")
            return self._vectors.search(query, top, metric)

    def _replay(self, payload: bytes) -> None:
        self._vectors.apply(decoded(payload))

    def _written(self, change: Put | Delete) -> int:
        if self._log is None:
            raise ClosedError(f"the log in {self._folder} is closed")
        self._log.append(encoded(change))
        with self._memory:
            count = self._vectors.apply(change)
        needed = self._vectors.size - (KEEPING - FRAMING) * len(self._vectors)
        if self._log.size > max(2 * needed + SLACK, self._compact_beyond):
            self._compact(self._log)
        return count

    def _compact(self, log: Log) -> None:
        """Write the log anew. The writer waits, searches do not: writers alone change what is read here."""
        before = log.size
        try:
            log.replace(encoded(put) for put in self._vectors.puts())
        except NoSpaceError as error:
            # What was asked for is done. Not again at every change, but when the log has grown.
            self._compact_beyond = 2 * before
            _log.warning("the log could not be compacted: %s", error)
            return
        self._compact_beyond = 0
        self.compactions += 1
        _log.info("log compacted", extra={"fields": {"before": before, "after": log.size}})
