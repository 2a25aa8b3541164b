"""Digits, drawn as nobody draws them twice: moved, bolder or fainter, with grains and with spots left out."""

from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

SIDE = 8
"""Pixels of an image's side; an image is its rows one after another, each pixel from 0 (paper) to 1 (ink)."""

LABELS = tuple("0123456789")

_STROKES = (
    "01110 10001 10011 10101 11001 10001 01110",
    "00100 01100 00100 00100 00100 00100 01110",
    "01110 10001 00001 00110 01000 10000 11111",
    "01110 10001 00001 00110 00001 10001 01110",
    "00010 00110 01010 10010 11111 00010 00010",
    "11111 10000 11110 00001 00001 10001 01110",
    "00110 01000 10000 11110 10001 10001 01110",
    "11111 00001 00010 00100 01000 01000 01000",
    "01110 10001 10001 01110 10001 10001 01110",
    "01110 10001 10001 01111 00001 00010 01100",
)
"""Each digit in 7 rows of 5 pixels."""


def glyph(digit: int, right: int = 1, down: int = 0) -> Floats:
    """A digit without a fault, so far from the left (0 to 3) and from the top (0 or 1)."""
    image = np.zeros((SIDE, SIDE), np.float32)
    rows = [[float(pixel) for pixel in row] for row in _STROKES[digit].split()]
    image[down : down + 7, right : right + 5] = rows
    return image.reshape(-1)


def drawn(count: int, seed: int) -> tuple[Floats, npt.NDArray[Any]]:
    """Images and the digits that they show, the same for the same seed.

    Returns:
        `[count, 64]` and `[count]`.
    """
    chance = np.random.Generator(np.random.PCG64(seed))
    digits = chance.integers(0, len(LABELS), count)
    places = zip(chance.integers(0, 4, count), chance.integers(0, 2, count), strict=True)
    images = np.stack(
        [glyph(int(digit), int(right), int(down)) for digit, (right, down) in zip(digits, places, strict=True)]
    )
    ink = chance.uniform(0.6, 1.0, (count, 1))
    kept = chance.random(images.shape) > 0.04
    grain = chance.normal(0.0, 0.12, images.shape)
    return np.clip(images * ink * kept + grain, 0.0, 1.0).astype(np.float32), digits
