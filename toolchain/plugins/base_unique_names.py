"""Names made by the plugin: the resource's name, "-", and eight hexadecimal digits.

The digits follow from the engine's random seed exactly as in Pulumi's Go SDK (`resource.NewUniqueName`), so that the
stand-in and the official plugin name an object alike: the SHA-256 of the seed keys Go's ChaCha8 generator
(https://c2sp.org/chacha8rand), and each digit is one 64-bit output modulo 16.
"""

import hashlib
import secrets
import struct
from collections.abc import Iterator

_DIGITS = "0123456789abcdef"
_LENGTH = 8
_MASK = 0xFFFFFFFF
_CONSTANTS = (0x61707865, 0x3320646E, 0x79622D32, 0x6B206574)  # "expand 32-byte k"
_QUARTER_ROUNDS = (
    *((i, i + 4, i + 8, i + 12) for i in range(4)),  # columns
    *((i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4) for i in range(4)),  # diagonals
)
_ROTATIONS = (16, 12, 8, 7)


def unique_name(prefix: str, seed: bytes) -> str:
    """Returns `prefix` and eight hexadecimal digits.

    Args:
        prefix: What the name begins with.
        seed: Decides the digits; if empty they are random.
    """
    if not seed:
        return prefix + secrets.token_hex(_LENGTH // 2)
    digits = _low_bits(hashlib.sha256(seed).digest())
    return prefix + "".join(_DIGITS[next(digits)] for _ in range(_LENGTH))


def _low_bits(key: bytes) -> Iterator[int]:
    """Yields the lowest four bits of the generator's first eight 64-bit outputs.

    The generator computes four blocks side by side and hands out row by row: words of (block 0, block 1), then of
    (block 2, block 3), then the next row. The lowest bits of such a pair are those of its first word, and the first
    eight pairs lie in the first four rows, to which ChaCha8Rand adds nothing at the end.
    """
    words = struct.unpack("<8I", key)
    blocks = [_block(words, counter) for counter in (0, 2)]
    for row in range(4):
        for block in blocks:
            yield block[row] & 15


def _block(key: tuple[int, ...], counter: int) -> list[int]:
    """Returns one ChaCha8 block before its key is added again."""
    state = [*_CONSTANTS, *key, counter, 0, 0, 0]
    for _ in range(4):  # of two rounds each
        for a, b, c, d in _QUARTER_ROUNDS:
            for target, source, crossed, bits in zip((a, c, a, c), (b, d, b, d), (d, b, d, b), _ROTATIONS, strict=True):
                state[target] = (state[target] + state[source]) & _MASK
                mixed = state[crossed] ^ state[target]
                state[crossed] = ((mixed << bits) | (mixed >> (32 - bits))) & _MASK
    return state
