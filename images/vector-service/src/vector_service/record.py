"""How a record lies in the log: a mark, its length, a checksum of both, one of the payload, and the payload.

The checksums begin with the record's place in this very file: neither a piece of another file nor bytes that a client
made up pass for a record.
"""

import struct
import zlib
from collections.abc import Iterator
from mmap import mmap

MARK = b"vRec"
LONGEST = 512 * 1024 * 1024
"""Bytes of a payload: more than the largest request can hold."""

_HEAD = struct.Struct("<4sIII")
_PLACE = struct.Struct("<QQI")

Data = bytes | mmap


def framed(payload: bytes, offset: int, salt: int) -> bytes:
    """A payload as the record that begins at an offset of the file with this salt.

    Raises:
        ValueError: it is longer than `LONGEST`.
    """
    if len(payload) > LONGEST:
        raise ValueError(f"a record of {len(payload)} bytes is longer than {LONGEST}")
    return _HEAD.pack(MARK, len(payload), *_checksums(payload, offset, salt)) + payload


def records(data: Data, start: int, salt: int) -> Iterator[tuple[int, bytes]]:
    """The whole records from `start` on, each with the offset of its end, up to the first that is not whole."""
    offset = start
    while (payload := _whole(data, offset, salt)) is not None:
        offset += _HEAD.size + len(payload)
        yield offset, payload


def any_whole(data: Data, start: int, salt: int) -> bool:
    """Whether a whole record begins anywhere from `start` on."""
    offset = data.find(MARK, start)
    while offset >= 0:
        if _whole(data, offset, salt) is not None:
            return True
        offset = data.find(MARK, offset + 1)
    return False


def _whole(data: Data, offset: int, salt: int) -> bytes | None:
    head = data[offset : offset + _HEAD.size]
    if len(head) < _HEAD.size:
        return None
    mark, length, of_head, of_payload = _HEAD.unpack(head)
    begin = offset + _HEAD.size
    # The head first: in a long damaged piece, most marks are no record's, and their lengths are anything.
    if mark != MARK or of_head != _of_head(length, offset, salt) or begin + length > len(data):
        return None
    payload = data[begin : begin + length]
    return payload if zlib.crc32(payload, of_head) == of_payload else None


def _checksums(payload: bytes, offset: int, salt: int) -> tuple[int, int]:
    of_head = _of_head(len(payload), offset, salt)
    return of_head, zlib.crc32(payload, of_head)


def _of_head(length: int, offset: int, salt: int) -> int:
    return zlib.crc32(_PLACE.pack(salt, offset, length))
