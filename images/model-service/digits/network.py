"""A network of one hidden layer, and how it learns."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from digits.drawing import LABELS, SIDE, drawn

Floats = npt.NDArray[np.float32]

HIDDEN = 48
SEED = 7
EXAMPLES = 12_000
ROUNDS = 30
BATCH = 64
RATE = 0.003


@dataclass
class Network:
    """Weights `[64, 48]` and `[48, 10]`, each with its offsets; what it gives are the chances of each digit."""

    inner: Floats
    inner_offset: Floats
    outer: Floats
    outer_offset: Floats

    @property
    def parts(self) -> tuple[Floats, Floats, Floats, Floats]:
        """All that is learnt."""
        return self.inner, self.inner_offset, self.outer, self.outer_offset

    def hidden(self, images: Floats) -> Floats:
        """What the hidden layer makes of images `[count, 64]`."""
        return np.maximum(images @ self.inner + self.inner_offset, 0)

    def chances(self, images: Floats) -> Floats:
        """The chance of each digit for images `[count, 64]`: `[count, 10]`."""
        return softmax(self.hidden(images) @ self.outer + self.outer_offset)


def softmax(values: Floats) -> Floats:
    """Rows that are positive and add up to 1."""
    grown = np.exp(values - values.max(axis=1, keepdims=True))
    return grown / grown.sum(axis=1, keepdims=True)


def taught(rounds: int = ROUNDS, examples: int = EXAMPLES) -> Network:
    """A network that has seen so many drawn examples so many times; the same on any machine but for rounding."""
    chance = np.random.Generator(np.random.PCG64(SEED))
    pixels = SIDE * SIDE
    network = Network(
        chance.normal(0, (2 / pixels) ** 0.5, (pixels, HIDDEN)).astype(np.float32),
        np.zeros(HIDDEN, np.float32),
        chance.normal(0, (2 / HIDDEN) ** 0.5, (HIDDEN, len(LABELS))).astype(np.float32),
        np.zeros(len(LABELS), np.float32),
    )
    images, digits = drawn(examples, SEED)
    wanted = np.eye(len(LABELS), dtype=np.float32)[digits]
    learner = _Learner(network)
    for _ in range(rounds):
        order = chance.permutation(examples)
        for start in range(0, examples, BATCH):
            chosen = order[start : start + BATCH]
            learner.learn(images[chosen], wanted[chosen])
    return network


class _Learner:
    """Adam, as in https://arxiv.org/abs/1412.6980, with the constants that its authors recommend."""

    def __init__(self, network: Network) -> None:
        self._network = network
        self._means = [np.zeros_like(part) for part in network.parts]
        self._squares = [np.zeros_like(part) for part in network.parts]
        self._steps = 0

    def learn(self, images: Floats, wanted: Floats) -> None:
        """One step downhill for a batch."""
        hidden = self._network.hidden(images)
        error = (self._network.chances(images) - wanted) / np.float32(len(images))
        back = (error @ self._network.outer.T) * (hidden > 0)
        self._steps += 1
        slopes = (images.T @ back, back.sum(axis=0), hidden.T @ error, error.sum(axis=0))
        for part, slope, mean, square in zip(self._network.parts, slopes, self._means, self._squares, strict=True):
            mean += np.float32(0.1) * (slope - mean)
            square += np.float32(0.001) * (slope * slope - square)
            straight = mean / np.float32(1 - 0.9**self._steps)
            part -= (
                np.float32(RATE) * straight / (np.sqrt(square / np.float32(1 - 0.999**self._steps)) + np.float32(1e-8))
            )
