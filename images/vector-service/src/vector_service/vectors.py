"""The vectors in memory, and exact search among them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from vector_service.change import Change, Delete, Floats, Put

Metric = Literal["cosine", "dot"]

KEEPING = 512
"""Bytes that a vector takes beyond its numbers, id and metadata: the entries of dictionaries and lists, rounded up."""

_BLOCK = 1024
"""Vectors whose numbers lie together; more are added by the block, so that growing copies nothing."""


@dataclass(frozen=True)
class Found:
    """A vector that a search found. `score` is the cosine (-1 to 1) or the dot product, in single precision."""

    id: str
    score: float
    metadata: str


class Vectors:
    """Vectors by id, all of one dimension. Not for several threads at once.

    Attributes:
        dimension: how many numbers each has; 0 while there are none.
        size: bytes of memory that they take.
    """

    def __init__(self) -> None:
        self._rows: dict[str, int] = {}
        self._ids: list[str] = []
        self._metadata: list[str] = []
        self._blocks: list[Floats] = []
        self._lengths: list[Floats] = []
        self.dimension = 0
        self.size = 0

    def __len__(self) -> int:
        return len(self._ids)

    def apply(self, change: Change) -> int:
        """Make a change; returns how many vectors it put in or took out.

        Raises:
            ValueError: the vectors have another dimension than those that are here.
        """
        match change:
            case Put(ids, values, metadata):
                if len(self) and values.shape[1] != self.dimension:
                    raise ValueError(f"vectors of {values.shape[1]} numbers among those of {self.dimension}")
                lengths = np.linalg.norm(values.astype(np.float64), axis=1)
                for name, row, length, told in zip(ids, values, lengths, metadata, strict=True):
                    self._put(name, row, float(length), told)
                return len(ids)
            case Delete(ids):
                return sum(self._delete(name) for name in ids)

    def get(self, name: str) -> tuple[Floats, str] | None:
        """A vector's numbers and metadata."""
        row = self._rows.get(name)
        return None if row is None else (self._blocks[row // _BLOCK][row % _BLOCK].copy(), self._metadata[row])

    def taken(self, name: str) -> int:
        """The bytes that a vector takes; 0 if it is not here."""
        row = self._rows.get(name)
        return 0 if row is None else size_of(name, self.dimension, self._metadata[row])

    def search(self, query: Floats, top: int, metric: Metric) -> list[Found]:
        """The `top` vectors with the highest scores, the highest first; of equal ones, those with the lesser ids."""
        if not self._ids:
            return []
        count = len(self)
        parts = [block @ query for block in self._blocks]
        scores = np.concatenate(parts)[:count].astype(np.float64)
        if metric == "cosine":
            lengths = np.concatenate(self._lengths)[:count].astype(np.float64)
            scores = np.clip(scores / (lengths * np.linalg.norm(query.astype(np.float64))), -1.0, 1.0)
        least = np.partition(scores, count - top)[count - top] if top < count else -np.inf
        rows = sorted(np.flatnonzero(scores >= least).tolist(), key=lambda row: (-scores[row], self._ids[row]))
        return [Found(self._ids[row], float(scores[row]), self._metadata[row]) for row in rows[:top]]

    def puts(self) -> Iterator[Put]:
        """All vectors, a block at a time, as changes that make them again."""
        for number, block in enumerate(self._blocks):
            rows = slice(number * _BLOCK, min(len(self), (number + 1) * _BLOCK))
            if ids := self._ids[rows]:
                yield Put(ids, block[: len(ids)], self._metadata[rows])

    def _put(self, name: str, values: Floats, length: float, metadata: str) -> None:
        row = self._rows.get(name)
        if row is None:
            row = self._added(name, len(values))
        else:
            self.size -= size_of(name, self.dimension, self._metadata[row])
        self._blocks[row // _BLOCK][row % _BLOCK] = values
        self._lengths[row // _BLOCK][row % _BLOCK] = length
        self._metadata[row] = metadata
        self.size += size_of(name, self.dimension, metadata)

    def _added(self, name: str, dimension: int) -> int:
        row = len(self)
        self.dimension = dimension
        if row == len(self._blocks) * _BLOCK:
            self._blocks.append(np.zeros((_BLOCK, dimension), np.float32))
            self._lengths.append(np.ones(_BLOCK, np.float32))
        self._rows[name] = row
        self._ids.append(name)
        self._metadata.append("")
        return row

    def _delete(self, name: str) -> bool:
        """Take one out; the last takes its place, so that there are no holes."""
        row = self._rows.pop(name, None)
        if row is None:
            return False
        self.size -= size_of(name, self.dimension, self._metadata[row])
        last = len(self) - 1
        last_id, last_metadata = self._ids.pop(), self._metadata.pop()
        if row != last:
            self._blocks[row // _BLOCK][row % _BLOCK] = self._blocks[last // _BLOCK][last % _BLOCK]
            self._lengths[row // _BLOCK][row % _BLOCK] = self._lengths[last // _BLOCK][last % _BLOCK]
            self._ids[row], self._metadata[row], self._rows[last_id] = last_id, last_metadata, row
        if last % _BLOCK == 0:
            del self._blocks[last // _BLOCK], self._lengths[last // _BLOCK]
        if not last:
            self.dimension = 0
        return True


def size_of(name: str, dimension: int, metadata: str) -> int:
    """The bytes that a vector takes in memory."""
    return 4 * dimension + len(name) + len(metadata) + KEEPING
