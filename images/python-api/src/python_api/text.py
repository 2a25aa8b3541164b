"""Pure functions over texts: likeness, ranking, chunks."""

import math
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

_GRAM = 3


@dataclass(frozen=True)
class Ranked:
    """A candidate's place in the given list, from 0, and its likeness to the query, 0 to 1."""

    index: int
    score: float


@dataclass(frozen=True)
class Chunk:
    """A piece of a text: `text[start:end]`."""

    start: int
    end: int


def similarity(left: str, right: str) -> float:
    """How alike two texts are, from 0 to 1: the cosine of their counts of three-letter sequences.

    Case, width and runs of white space do not matter. Two texts without a letter are alike; one such text is unlike any
    other.
    """
    return _cosine(_grams(left), _grams(right))


def rank(query: str, candidates: Sequence[str]) -> list[Ranked]:
    """Candidates by falling likeness to the query; equal ones keep their order."""
    wanted = _grams(query)
    ranked = [Ranked(index, _cosine(wanted, _grams(each))) for index, each in enumerate(candidates)]
    return sorted(ranked, key=lambda each: -each.score)


def chunks(text: str, size: int, overlap: int = 0) -> list[Chunk]:
    """Cut a text into pieces of at most `size` characters, at white space where there is some.

    Args:
        text: any text; an empty one has no pieces.
        size: characters, 1 or more.
        overlap: characters of a piece that the next one repeats, less than `size`.

    Raises:
        ValueError: when size or overlap is out of range.
    """
    if size < 1 or not 0 <= overlap < size:
        raise ValueError(f"size must be 1 or more and overlap from 0 to size - 1; got {size} and {overlap}")
    pieces: list[Chunk] = []
    start = 0
    while start < len(text):
        end = min(start + size, len(text))
        if end < len(text):
            # A cut must leave more than the overlap, or the next piece would begin where this one did.
            end = next((at for at in range(end, start + overlap, -1) if text[at - 1].isspace()), end)
        pieces.append(Chunk(start, end))
        if end == len(text):
            break
        start = end - overlap
    return pieces


def _grams(text: str) -> Counter[str]:
    words = unicodedata.normalize("NFKC", text).casefold().split()
    if not words:
        return Counter()
    # Spaces at both ends, so that a word's beginning and end count, and so that a single letter has a sequence.
    padded = f" {' '.join(words)} "
    return Counter(padded[at : at + _GRAM] for at in range(len(padded) - _GRAM + 1))


def _cosine(left: Counter[str], right: Counter[str]) -> float:
    if not left or not right:
        return float(not left and not right)
    shared = sum(count * right[gram] for gram, count in left.items())
    lengths = math.sqrt(sum(count * count for count in left.values()) * sum(count * count for count in right.values()))
    return min(1.0, shared / lengths)
