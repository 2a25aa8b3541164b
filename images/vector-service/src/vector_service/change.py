"""What a record of the log says: vectors that were put, or ids that were deleted."""

import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

_LENGTH = struct.Struct("<I")


@dataclass(frozen=True)
class Put:
    """Vectors that were put in, in the place of those with the same ids.

    Attributes:
        ids: of each.
        values: one row for each, all finite.
        metadata: of each, as JSON.
    """

    ids: Sequence[str]
    values: Floats
    metadata: Sequence[str]


@dataclass(frozen=True)
class Delete:
    """Vectors that were taken out."""

    ids: Sequence[str]


Change = Put | Delete


def encoded(change: Change) -> bytes:
    """A change as bytes: the length of a JSON text, the text, and the numbers, little-endian."""
    match change:
        case Put(ids, values, metadata):
            text = {"put": list(ids), "metadata": list(metadata), "dimension": values.shape[1]}
            numbers = values.astype("<f4", copy=False).tobytes()
        case Delete(ids):
            text, numbers = {"delete": list(ids)}, b""
    data = json.dumps(text, separators=(",", ":")).encode()
    return _LENGTH.pack(len(data)) + data + numbers


def decoded(payload: bytes) -> Change:
    """The change that was encoded.

    Raises:
        ValueError: it is none.
    """
    try:
        (length,) = _LENGTH.unpack_from(payload)
        text = json.loads(payload[_LENGTH.size : _LENGTH.size + length])
        if "delete" in text:
            return Delete(text["delete"])
        numbers = np.frombuffer(payload, "<f4", offset=_LENGTH.size + length)
        values = numbers.reshape(len(text["put"]), text["dimension"]).astype(np.float32, copy=False)
        return Put(text["put"], values, text["metadata"])
    except (struct.error, KeyError, TypeError) as error:
        raise ValueError(f"no change of a vector store: {error}") from None
